"""Between Pulumi's engine and the rules: its messages, their configuration, exceptions, and the answers."""
