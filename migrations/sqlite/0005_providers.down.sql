-- Who came from a provider signs in again: what was there before knows neither such sessions nor their stage.
DELETE FROM access_token WHERE kind = 6 OR stage = 3;
DROP TABLE started_sign_in;
