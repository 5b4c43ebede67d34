"""The sign-ins that come with the bridge; others are installed under the entry points `zhibu.bridge`."""
