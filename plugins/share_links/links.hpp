// Links and who used them, as rows. Each function runs in a transaction of the caller's.
#pragma once

#include <parley/storage.hpp>

#include <memory>
#include <optional>
#include <string>

#include "entities.hpp"
#include "shown.hpp"

namespace share_links {

using link_ptr = std::shared_ptr<link_row>;

[[nodiscard]] link_type type_of(const link_row&);
[[nodiscard]] link_state state_of(const link_row&, std::int64_t now);
[[nodiscard]] shown_link shown(const link_row&, std::int64_t now);

/// What a token leads to; neither: it never was one here.
struct found_link {
    link_ptr row;
    bool is_past = false;  ///< it was good once, and nothing else is known of it any more
};
[[nodiscard]] found_link find_link(odb::database&, sdk::id tenant, const std::string& token_hash);

/// Of this maker, or of anybody when that is none. `not_found` alike for all that is not theirs.
[[nodiscard]] sdk::result<link_ptr> require_link(odb::database&, sdk::id tenant, sdk::id link, sdk::id maker);

/// Stores it with a new id; `conflict` too_many_links when its maker has that many that are good.
[[nodiscard]] sdk::result<void> add_link(odb::database&, link_row&, std::int64_t most, std::int64_t now);

[[nodiscard]] shown_links list_links(odb::database&, sdk::id tenant, sdk::id maker, const list_request&,
                                     std::int64_t now);
[[nodiscard]] shown_visits list_visits(odb::database&, const link_row&, const log_request&);

/// Ends it, once: what ended it first stays.
void end_link(odb::database&, link_row&, const std::string& why, sdk::id by, std::int64_t now);
/// It goes with all that is known of it but that its token was good once.
void remove_link(odb::database&, const link_row&);
void remove_links_of_file(odb::database&, sdk::id tenant, sdk::id file);
void end_links_of_file(odb::database&, sdk::id tenant, sdk::id file, std::int64_t now);
void remove_links_of_conversation(odb::database&, sdk::id tenant, sdk::id conversation);

/// A try at the password is paid for before it is looked at: ten at once, then one a minute, for all who try together.
/// Gives how many milliseconds to wait; 0: it is paid.
[[nodiscard]] std::int64_t pay_for_guess(odb::database&, sdk::id tenant, std::int64_t link, std::int64_t now);

/// One use, if the link is good now; a password's try that was right is given back. False: it is not good.
[[nodiscard]] bool use_link(odb::database&, sdk::id tenant, std::int64_t link, std::int64_t now);

struct visit {
    std::int64_t link = 0;
    visit_kind what = visit_kind::seen;
    std::int64_t file = 0;
    std::string session{};
    std::string address;
    bool goes_on = false;  ///< the next piece of what was counted
};
/// Of strangers no more than so many different lines of one link are kept, so that nobody fills the disk.
constexpr std::int64_t most_lines_of_strangers = 5000;
void note_visit(odb::database&, sdk::id tenant, const visit&, std::int64_t now);

/// Forgets what is older than so many days; at most some hundreds at once.
void forget_old(odb::database&, sdk::id tenant, std::int64_t days, std::int64_t now);

}  // namespace share_links
