"""Where a replay runs: in this process, in a pool of processes, on Apache Spark. All run the same kernel."""
