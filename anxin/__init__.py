"""安薪 anxin: every migrant worker on a building site is paid, on time, into their own hands."""
