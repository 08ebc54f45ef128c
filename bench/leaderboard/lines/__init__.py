"""From the rows of runs to the lines of a table: summed up, grouped, ranked."""
