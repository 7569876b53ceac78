"""SES: identities, MAIL FROM domains and configuration sets, of both API versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..account import Account
from ..checks import one_of
from ..errors import AwsError
from ..kind import CREATED_AT, Call, Kind, id_from, unique
from . import dns

IDENTITY: Final = "aws:sesv2/emailIdentity:EmailIdentity"
_MAIL_FROM: Final = "aws:sesv2/emailIdentityMailFromAttributes:EmailIdentityMailFromAttributes"
CONFIGURATION_SET: Final = "aws:sesv2/configurationSet:ConfigurationSet"
_DESTINATION: Final = "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination"
_FIRST_IDENTITY: Final = "aws:ses/domainIdentity:DomainIdentity"
_FIRST_DKIM: Final = "aws:ses/domainDkim:DomainDkim"
_FIRST_MAIL_FROM: Final = "aws:ses/mailFrom:MailFrom"
_VERIFICATION: Final = "aws:ses/domainIdentityVerification:DomainIdentityVerification"
_TOKENS: Final = 3


def identity_is_new(call: Call) -> None:
    """A region has an identity once ("CreateEmailIdentity", Amazon SES API v2 Reference)."""
    name = call.inputs["emailIdentity"]
    if name in _identities(call.account) and not call.id:
        raise AwsError("AlreadyExistsException", f"Email identity {name} already exist.")


def identity_exists(call: Call) -> None:
    """What is set belongs to an identity ("PutEmailIdentityMailFromAttributes", SES API v2 Reference)."""
    name = call.inputs.get("emailIdentity") or call.inputs.get("domain")
    if name not in _identities(call.account):
        raise AwsError("NotFoundException", f"Email identity {name} does not exist.")


def may_send(account: Account, domain: str) -> bool:
    """Whether SES lets a domain identity send: it finds the DKIM records in public DNS.

    "Verifying a domain identity", Amazon SES Developer Guide. The public DNS of a rehearsal is the account's
    public hosted zones; an account's file may show a domain that was verified by other DNS.
    """
    identity = account.find(IDENTITY, domain)
    if identity is None:
        return False
    tokens = (identity.get("dkimSigningAttributes") or {}).get("tokens") or ()
    published = set(dns.public_records(account, "CNAME"))
    wanted = {(f"{token}._domainkey.{domain}", f"{token}.dkim.amazonses.com") for token in tokens}
    return bool(identity.get("verifiedForSendingStatus")) or (bool(wanted) and wanted <= published)


def identity_is_verified(call: Call) -> None:
    """The provider waits until SES has verified the domain, and gives up at its time limit."""
    domain = str(call.inputs["domain"])
    if not may_send(call.account, domain):
        raise AwsError(
            "Timeout", f"expected domain verification Success of {domain}, but was in state Pending."
        )


def mail_from_is_a_subdomain(call: Call) -> None:
    """A MAIL FROM domain is below the identity ("Using a custom MAIL FROM domain", SES Developer Guide)."""
    identity = str(call.inputs.get("emailIdentity") or call.inputs.get("domain")).rpartition("@")[2]
    domain = call.inputs.get("mailFromDomain")
    if domain and not str(domain).endswith(f".{identity}"):
        raise AwsError(
            "BadRequestException",
            f"Provided MAIL-FROM domain <{domain}> is not subdomain of the identity's domain <{identity}>.",
        )


def configuration_set_exists(call: Call) -> None:
    """A destination belongs to a set ("CreateConfigurationSetEventDestination", SES API v2 Reference)."""
    name = call.inputs.get("configurationSetName")
    if name and not any(other.id == name for other in call.account.of(CONFIGURATION_SET)):
        raise AwsError("NotFoundException", f"Configuration set <{name}> does not exist.")


def destination_is_new(call: Call) -> None:
    """A set has a destination once ("CreateConfigurationSetEventDestination", SES API v2 Reference)."""
    identity = _destination_id(call)
    if not call.id and call.account.find(_DESTINATION, identity):
        raise AwsError("AlreadyExistsException", f"Event destination <{identity}> already exists.")


def _destination_id(call: Call) -> str:
    return f"{call.inputs['configurationSetName']}|{call.inputs['eventDestinationName']}"


def _identities(account: Account) -> set[str]:
    return {str(found.id) for found in account.of(IDENTITY, _FIRST_IDENTITY)}


def _dkim_tokens(call: Call, domain: str) -> list[str]:
    """Easy DKIM's selectors: the same for an identity whichever API asks."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return [
        "".join(letters[int(digit, 16)] for digit in call.digest(f"{domain} {index}", 32))
        for index in range(_TOKENS)
    ]


def _identity(call: Call, identity: str) -> Mapping[str, Any]:
    asked = call.inputs.get("dkimSigningAttributes") or {}
    own_key = bool(asked.get("domainSigningSelector"))
    length = asked.get("nextSigningKeyLength") or "RSA_2048_BIT"
    easy = {
        "currentSigningKeyLength": length,
        "lastKeyGenerationTimestamp": CREATED_AT,
        "nextSigningKeyLength": length,
        "tokens": _dkim_tokens(call, identity),
    }
    return {
        "arn": call.arn("ses", f"identity/{identity}"),
        "identityType": "EMAIL_ADDRESS" if "@" in identity else "DOMAIN",
        "verificationStatus": "PENDING",
        "verifiedForSendingStatus": False,
        "dkimSigningAttributes": {
            **asked,
            **({} if own_key or "@" in identity else easy),
            "signingAttributesOrigin": "EXTERNAL" if own_key else "AWS_SES",
            "status": "NOT_STARTED" if "@" in identity else "PENDING",
        },
    }


KINDS: Final = (
    Kind(
        IDENTITY,
        id_from("emailIdentity"),
        _identity,
        recomputed=frozenset({"dkimSigningAttributes"}),
        computed_inside={
            "dkimSigningAttributes": (
                "currentSigningKeyLength",
                "lastKeyGenerationTimestamp",
                "nextSigningKeyLength",
                "signingAttributesOrigin",
                "status",
                "tokens",
            )
        },
        replaced_by=frozenset({"emailIdentity"}),
        checks=(one_of("dkimSigningAttributes.nextSigningKeyLength", "RSA_1024_BIT", "RSA_2048_BIT"),),
        rules=(identity_is_new,),
    ),
    Kind(
        _MAIL_FROM,
        id_from("emailIdentity"),
        defaults={"behaviorOnMxFailure": "USE_DEFAULT_VALUE"},
        replaced_by=frozenset({"emailIdentity"}),
        checks=(one_of("behaviorOnMxFailure", "USE_DEFAULT_VALUE", "REJECT_MESSAGE"),),
        rules=(identity_exists, mail_from_is_a_subdomain),
    ),
    Kind(
        CONFIGURATION_SET,
        id_from("configurationSetName"),
        lambda call, identity: {
            "arn": call.arn("ses", f"configuration-set/{identity}"),
            "reputationOptions": {
                "reputationMetricsEnabled": False,
                **(call.inputs.get("reputationOptions") or {}),
            },
            "sendingOptions": call.inputs.get("sendingOptions") or {"sendingEnabled": True},
        },
        recomputed=frozenset({"reputationOptions", "sendingOptions"}),
        replaced_by=frozenset({"configurationSetName"}),
        checks=(one_of("deliveryOptions.tlsPolicy", "REQUIRE", "OPTIONAL"),),
        rules=(
            unique(
                "configurationSetName", "AlreadyExistsException", "Configuration set <{}> already exists."
            ),
        ),
    ),
    Kind(
        _DESTINATION,
        _destination_id,
        replaced_by=frozenset({"configurationSetName", "eventDestinationName"}),
        rules=(configuration_set_exists, destination_is_new),
    ),
    Kind(
        _FIRST_IDENTITY,
        id_from("domain"),
        lambda call, identity: {
            "arn": call.arn("ses", f"identity/{identity}"),
            "verificationToken": call.digest("verification", 44),
        },
        replaced_by=frozenset({"domain"}),
    ),
    Kind(
        _VERIFICATION,
        id_from("domain"),
        lambda call, identity: {"arn": call.arn("ses", f"identity/{identity}")},
        replaced_by=frozenset({"domain"}),
        rules=(identity_exists, identity_is_verified),
    ),
    Kind(
        _FIRST_DKIM,
        id_from("domain"),
        lambda call, identity: {"dkimTokens": _dkim_tokens(call, identity)},
        replaced_by=frozenset({"domain"}),
        rules=(identity_exists,),
    ),
    Kind(
        _FIRST_MAIL_FROM,
        id_from("domain"),
        defaults={"behaviorOnMxFailure": "UseDefaultValue"},
        replaced_by=frozenset({"domain"}),
        rules=(identity_exists, mail_from_is_a_subdomain),
    ),
)
