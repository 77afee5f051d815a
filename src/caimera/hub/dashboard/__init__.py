"""The front door: what there is in numbers, what is new, who may do what, and the site's own word."""
