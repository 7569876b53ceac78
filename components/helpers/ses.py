"""Amazon SES's SMTP by its names and ports.

Sources: Amazon SES Developer Guide, "Connecting to an Amazon SES SMTP endpoint" and "Setting up VPC endpoints
with Amazon SES".
"""

SMTP_PORTS = (587, 465, 2587, 2465)
"""The ports of an SMTP endpoint in a VPC."""


def smtp_service(region: str) -> str:
    """The name of the SES SMTP endpoint service of `region`."""
    return f"com.amazonaws.{region}.email-smtp"


def smtp_host(region: str) -> str:
    """The SES SMTP host of `region`, which private DNS resolves to the endpoint."""
    return f"email-smtp.{region}.amazonaws.com"
