-- Forgets all links; none of them leads anywhere afterwards.
DROP TABLE maker;
DROP TABLE visit;
DROP TABLE past;
DROP TABLE link;
