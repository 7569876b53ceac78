"""Cells of a product, each with a network and services of its own."""

import pulumi
import pulumi_aws as aws
from cell import Cell

repository = aws.ecr.Repository("product")
for cell in pulumi.Config().require_object("cells"):
    Cell(
        cell["name"],
        second=cell["second"],
        mail=cell["mail"],
        closed=cell.get("closed", False),
        image=repository.repository_url,
    )
