"""The steps of the flows, named by what they do. The only place with Prefect retries."""
