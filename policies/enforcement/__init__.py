"""Between Pulumi's policy SDK and the rules: reading values, configuration, exceptions, reporting."""
