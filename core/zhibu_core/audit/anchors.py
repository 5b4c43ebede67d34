"""Chooses the place of anchors that the settings ask for."""

from typing import TYPE_CHECKING

from zhibu_core.audit.anchor import Anchor, FolderAnchor

if TYPE_CHECKING:
    from zhibu_core.settings import Settings


def anchor_of(settings: "Settings") -> Anchor:
    """A bucket with locked objects where one is set, the folder else."""
    if settings.anchor_bucket is None:
        return FolderAnchor(settings.anchors)
    from zhibu_core.audit.anchor_bucket import BucketAnchor

    return BucketAnchor(settings.anchor_bucket, settings.audit_months)
