"""The plots of a report, each a function from a summary to SVG for a page; empty where there is nothing to show."""
