-- Takes all reactions away.
DROP TABLE reaction_tally;
DROP TABLE reaction;
