"""What the components are made of: checks of arguments, plans that register nothing, and look-ups in AWS."""
