"""What hub and nodes say to each other: messages, identities and the signed, sealed envelope."""
