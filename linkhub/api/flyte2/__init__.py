"""What an unmodified Flyte 2 SDK asks of LinkHub when it reports local runs, over Connect."""
