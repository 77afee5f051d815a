"""Questions sent to the nodes, and the counts coming back."""
