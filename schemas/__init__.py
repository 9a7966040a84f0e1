"""The words: contracts and plain types. Imports nothing of ours, no Prefect, no input or output."""
