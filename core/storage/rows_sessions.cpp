// Sessions, one-time links and second factors.
#include "storage/load.hpp"
#include "storage/rows.hpp"

namespace parley::storage {

std::vector<access_token> rows::tokens_of(user_id of) {
    using q = odb::query<access_token_row>;
    return load_all<access_token_row>(db_, (q::account == of.value && q::tenant == tenant_.value) + "ORDER BY" + q::id);
}

std::optional<access_token> rows::find_token(token_id id) {
    access_token_row row;
    if (!db_.find(id.value, row) || row.tenant != tenant_.value) return std::nullopt;
    return to_value(row);
}

std::optional<access_token> rows::find_family(std::string_view digest) {
    using q = odb::query<access_token_row>;
    return load_one<access_token_row>(db_, q::tenant == tenant_.value && q::family == std::string(digest));
}

std::optional<user> rows::find_external(std::string_view external_id) {
    using q = odb::query<account_row>;
    return load_one<account_row>(db_, q::tenant == tenant_.value && q::external_id == std::string(external_id));
}

std::vector<user> rows::ended_users(moment now, int limit) {
    using q = odb::query<account_row>;
    return load_all<account_row>(db_, (q::tenant == tenant_.value && q::expires_at.is_not_null() &&
                                       q::expires_at <= microseconds(now) && q::disabled_at.is_null()) +
                                          "ORDER BY" + q::id + most(limit));
}

std::optional<one_time_link> rows::find_link(std::string_view digest) {
    one_time_link_row row;
    if (!db_.find(std::string(digest), row) || row.tenant != tenant_.value) return std::nullopt;
    return to_value(row);
}

std::optional<second_factor> rows::find_second_factor(user_id of) {
    second_factor_row row;
    if (!db_.find(of.value, row) || row.tenant != tenant_.value) return std::nullopt;
    return to_value(row);
}

}  // namespace parley::storage
