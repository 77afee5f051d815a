"""A question that reached this node becomes an answer."""
