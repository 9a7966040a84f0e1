-- Run once, by PostgreSQL's image, in an empty volume: what Prefect keeps, and what we do.
create database prefect;
create database ledger;
