"""Tests of the audit stores."""
