"""What the policy pack costs, measured."""
