// Lists of conversations, members and people that the caller may see.
#include "kernel/read_conversations.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "kernel/people.hpp"
#include "kernel/read_messages.hpp"

namespace parley::kernel {
namespace {

listed_conversation listed(const environment& env, reading& from, conversation row, std::optional<member> as) {
    listed_conversation out{.row = std::move(row), .as = {}};
    out.kind = env.kinds.find(out.row.kind);
    if (as) out.as = read_state{*as, unread_of(from, out.row, *as)};
    return out;
}

/// A full page, while there are as many, of what is open and not barred to this user.
std::vector<conversation> open_to(const environment& env, reading& from, user_id who, const browse_query& query) {
    std::unordered_set<conversation_id> barred;
    for (const auto& one : from.bans_of(rows(), who))
        if (one.holds(env.time.now())) barred.insert(one.conversation);
    std::vector<conversation> all;
    auto [name, id] = std::pair(query.after_name, query.after_id);
    for (auto wanted = query.limit; wanted > 0;) {
        auto some = from.list_open(rows(), query.contains, name, id, wanted);
        const bool end = std::cmp_less(some.size(), wanted);
        if (!some.empty()) std::tie(name, id) = std::pair(some.back().name, some.back().id);
        std::erase_if(some, [&](const conversation& one) { return barred.contains(one.id); });
        std::ranges::move(some, std::back_inserter(all));
        wanted = end ? 0 : query.limit - static_cast<int>(all.size());
    }
    return all;
}

}  // namespace

result<std::vector<listed_conversation>> my_conversations(const environment& env, reading& from, const caller& by) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    std::vector<listed_conversation> all;
    for (auto& [in, as] : from.memberships_of(rows(), who->id())) all.push_back(listed(env, from, std::move(in), as));
    return all;
}

result<listed_conversation> read_conversation(const environment& env, reading& from, const caller& by,
                                              conversation_id id) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto in = access::see(env, from, *who, id);
    if (!in) return std::unexpected(in.error());
    return listed(env, from, std::move(in->row), in->as);
}

result<std::vector<listed_conversation>> browse_conversations(const environment& env, reading& from, const caller& by,
                                                              const browse_query& query) {
    if (auto fits = check_limit(query.limit); !fits) return std::unexpected(fits.error());
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    if (auto may = who->require(permission::channels_browse); !may) return std::unexpected(may.error());
    std::vector<listed_conversation> all;
    for (auto& row : open_to(env, from, who->id(), query)) {
        const auto as = from.find_member(rows(), row.id, who->id());
        all.push_back(listed(env, from, std::move(row), as));
    }
    return all;
}

result<std::vector<member_entry>> read_members(const environment& env, reading& from, const caller& by,
                                               conversation_id id, user_id after, int limit) {
    if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto in = access::see(env, from, *who, id);
    if (!in) return std::unexpected(in.error());
    return from.members(rows(), id, after, limit);
}

result<std::vector<user_id>> my_contacts(const environment& env, reading& from, const caller& by) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    return from.contacts_of(rows(), who->id());
}

namespace {

result<std::vector<user>> people_for(permission needed, const environment& env, reading& from, const caller& by,
                                     std::string_view prefix, std::string_view after, int limit) {
    if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    if (auto may = who->require(needed); !may) return std::unexpected(may.error());
    return from.list_users(prefix, after, limit);
}

}  // namespace

result<std::vector<user>> list_users(const environment& env, reading& from, const caller& by, std::string_view prefix,
                                     std::string_view after, int limit) {
    return people_for(permission::users_see, env, from, by, prefix, after, limit);
}

result<std::vector<user>> list_accounts(const environment& env, reading& from, const caller& by,
                                        std::string_view prefix, std::string_view after, int limit) {
    return people_for(permission::users_manage, env, from, by, prefix, after, limit);
}

result<user> read_user(const environment& env, reading& from, const caller& by, user_id id) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    // In this order, so that absent and unknown take the same way.
    auto found = knows(from, *who, id) ? from.find_user(id) : std::nullopt;
    if (!found) return no_such("user");
    return std::move(*found);
}

}  // namespace parley::kernel
