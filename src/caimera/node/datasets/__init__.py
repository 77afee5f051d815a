"""What this node holds, and how each dataset protects its people."""
