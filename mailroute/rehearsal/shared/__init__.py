"""What both engines need: processes, URNs, connections, and the notes of what happens."""
