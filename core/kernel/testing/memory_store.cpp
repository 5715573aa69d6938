// Maps, loops, and a list of what to undo.
#include "kernel/testing/memory_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <ranges>
#include <set>

#include "base/json.hpp"

namespace parley::kernel::testing {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

template <class Map, class Key>
auto value_in(const Map& all, const Key& key) -> std::optional<typename Map::mapped_type> {
    const auto found = all.find(key);
    if (found == all.end()) return std::nullopt;
    return found->second;
}

/// The values that `wanted` chooses, in the order of their keys, at most `limit`.
template <class Map, class Predicate>
auto chosen(const Map& all, Predicate wanted, int limit = 1'000'000) {
    std::vector<typename Map::mapped_type> out;
    for (const auto& [key, value] : all)
        if (wanted(value) && std::cmp_less(out.size(), limit)) out.push_back(value);
    return out;
}

class memory_writing final : public writing {
public:
    memory_writing(tenant_id whose, tables& all) : tenant_(whose), all_(all) {}

    [[nodiscard]] bool wrote() const { return !undo_.empty(); }
    [[nodiscard]] const std::vector<std::shared_ptr<const event>>& said() const { return said_; }
    void roll_back() {
        for (auto& step : undo_ | std::views::reverse) step();
        undo_.clear();
        said_.clear();
    }

    tenant_id tenant() const override { return tenant_; }
    position log_end() override { return all_.last; }
    position log_begin() override { return all_.trimmed; }
    std::vector<event> events_after(position since, int limit) override {
        return chosen(all_.log, [&](const event& one) { return one.at > since; }, limit);
    }

    std::optional<user> find_user(user_id id) override { return value_in(all_.users, id); }
    std::optional<user> find_user(std::string_view username) override {
        for (const auto& [id, one] : all_.users)
            if (one.username == username) return one;
        return std::nullopt;
    }
    std::vector<user> users(std::span<const user_id> wanted) override {
        return chosen(all_.users, [&](const user& one) { return std::ranges::count(wanted, one.id) > 0; });
    }
    std::vector<user> users(std::span<const std::string> wanted) override {
        return chosen(all_.users, [&](const user& one) { return std::ranges::count(wanted, one.username) > 0; });
    }
    std::vector<user> list_users(std::string_view prefix, std::string_view after, int limit) override {
        const auto start = lower(prefix);
        auto found = chosen(all_.users, [&](const user& one) {
            return one.username > after &&
                   (one.username.starts_with(start) || lower(one.display_name).starts_with(start));
        });
        std::ranges::sort(found, {}, &user::username);
        if (std::cmp_greater(found.size(), limit)) found.resize(static_cast<std::size_t>(limit));
        return found;
    }
    std::vector<access_token> tokens_of(user_id whose) override {
        return chosen(all_.tokens, [&](const access_token& one) { return one.user == whose; });
    }
    std::optional<access_token> find_token(token_id id) override { return value_in(all_.tokens, id); }
    std::optional<access_token> find_family(std::string_view digest) override {
        for (const auto& [id, one] : all_.tokens)
            if (!one.family.empty() && one.family == digest) return one;
        return std::nullopt;
    }
    std::optional<user> find_external(std::string_view external_id) override {
        for (const auto& [id, one] : all_.users)
            if (!one.external_id.empty() && one.external_id == external_id) return one;
        return std::nullopt;
    }
    std::vector<user> ended_users(moment now, int limit) override {
        return chosen(
            all_.users, [&](const user& one) { return one.expires_at && *one.expires_at <= now && !one.disabled_at; },
            limit);
    }
    std::optional<one_time_link> find_link(std::string_view digest) override {
        return value_in(all_.links, std::string(digest));
    }
    std::optional<second_factor> find_second_factor(user_id whose) override { return value_in(all_.factors, whose); }
    std::shared_ptr<const custom_role> find_custom_role(std::string_view name) override {
        for (const auto& [id, one] : all_.roles)
            if (one.name == name) return std::make_shared<const custom_role>(one);
        return nullptr;
    }
    std::vector<custom_role> custom_roles() override {
        auto found = chosen(all_.roles, [](const custom_role&) { return true; });
        std::ranges::sort(found, {}, &custom_role::name);
        return found;
    }
    std::vector<user_id> users_of_role(std::string_view name) override {
        std::vector<user_id> out;
        for (const auto& [id, one] : all_.users)
            if (one.role == name) out.push_back(id);
        return out;
    }
    std::vector<plugin_cursor> plugin_cursors() override {
        return chosen(all_.cursors, [](const plugin_cursor&) { return true; });
    }
    std::optional<plugin_job> find_plugin_job(plugin_job_id id) override { return value_in(all_.jobs, id); }
    std::optional<plugin_job> find_plugin_job(std::string_view plugin, std::string_view job,
                                              std::string_view key) override {
        for (const auto& [id, one] : all_.jobs)
            if (one.plugin == plugin && one.job == job && one.key == key) return one;
        return std::nullopt;
    }

    std::vector<audit_entry> audit(access_key, const audit_query& wanted) override {
        auto found = chosen(all_.audit, [&](const audit_entry& one) {
            return (!wanted.before || one.id < wanted.before) &&
                   (wanted.action.empty() || one.action == wanted.action) &&
                   (!wanted.actor || one.actor == wanted.actor);
        });
        std::ranges::reverse(found);
        if (std::cmp_greater(found.size(), wanted.limit)) found.resize(static_cast<std::size_t>(wanted.limit));
        return found;
    }

    std::optional<conversation> find_conversation(access_key, conversation_id id) override {
        auto found = value_in(all_.conversations, id);
        if (found && found->deleted_at) return std::nullopt;
        return found;
    }
    std::optional<conversation> find_direct(access_key, std::string_view key) override {
        for (const auto& [id, one] : all_.conversations)
            if (one.direct_key == key && !one.deleted_at) return one;
        return std::nullopt;
    }
    std::vector<conversation> list_open(access_key, std::string_view contains, std::string_view after_name,
                                        conversation_id after_id, int limit) override {
        const auto part = lower(contains);
        auto found = chosen(all_.conversations, [&](const conversation& one) {
            return one.who_finds == visibility::open && !one.archived_at && !one.deleted_at &&
                   lower(one.name).find(part) != std::string::npos &&
                   std::pair(std::string_view(one.name), one.id) > std::pair(after_name, after_id);
        });
        std::ranges::sort(found, {}, [](const conversation& one) { return std::pair(one.name, one.id); });
        if (std::cmp_greater(found.size(), limit)) found.resize(static_cast<std::size_t>(limit));
        return found;
    }
    std::optional<member> find_member(access_key, conversation_id in, user_id who) override {
        return value_in(all_.members, std::pair(in, who));
    }
    std::vector<membership> memberships_of(access_key key, user_id who) override {
        std::vector<membership> out;
        for (const auto& [ids, as] : all_.members)
            if (as.user == who)
                if (auto in = find_conversation(key, as.conversation)) out.push_back({std::move(*in), as});
        return out;
    }
    std::vector<member_entry> members(access_key, conversation_id in, user_id after, int limit) override {
        std::vector<member_entry> out;
        for (const auto& [ids, as] : all_.members)
            if (as.conversation == in && as.user > after && std::cmp_less(out.size(), limit))
                out.push_back({as, all_.users.at(as.user)});
        return out;
    }
    std::vector<member> members_granted(access_key, std::string_view role) override {
        return chosen(all_.members, [&](const member& one) { return one.granted_role == role; });
    }
    std::int64_t count_owners(access_key, conversation_id in) override {
        return std::ranges::count_if(all_.members, [in](const auto& one) {
            return one.second.conversation == in && one.second.role == member_role::owner;
        });
    }
    std::optional<conversation_ban> find_ban(access_key, conversation_id from, user_id who) override {
        return value_in(all_.bans, std::pair(from, who));
    }
    std::vector<conversation_ban> bans_of(access_key, user_id who) override {
        return chosen(all_.bans, [&](const conversation_ban& one) { return one.user == who; });
    }
    std::vector<ban_entry> bans(access_key, conversation_id from, moment now, user_id after, int limit) override {
        std::vector<ban_entry> found;
        for (const auto& one : chosen(
                 all_.bans,
                 [&](const conversation_ban& each) {
                     return each.conversation == from && each.holds(now) && each.user > after;
                 },
                 limit))
            found.push_back({one, all_.users.at(one.user)});
        return found;
    }
    std::vector<user_id> contacts_of(access_key key, user_id who) override {
        std::set<user_id> all{who};
        for (const auto& mine : memberships_of(key, who))
            for (const auto& [ids, as] : all_.members)
                if (as.conversation == mine.in.id) all.insert(as.user);
        return {all.begin(), all.end()};
    }

    std::optional<message> find_message(access_key, message_id id) override { return value_in(all_.messages, id); }
    std::vector<message> messages(access_key, std::span<const message_id> wanted) override {
        std::vector<message> out;
        for (const auto id : wanted)
            if (auto one = value_in(all_.messages, id)) out.push_back(std::move(*one));
        return out;
    }
    std::optional<message> find_by_client_key(access_key, user_id author, std::string_view key) override {
        for (const auto& [id, one] : all_.messages)
            if (one.author == author && one.client_key == key) return one;
        return std::nullopt;
    }
    std::vector<message> history(access_key, conversation_id in, page_range range) override {
        using enum page_range::direction;
        auto found = published(in);
        if (range.toward == before && range.from > 0)
            std::erase_if(found, [&](const message& one) { return one.seq >= range.from; });
        if (range.toward == after) std::erase_if(found, [&](const message& one) { return one.seq <= range.from; });
        const auto most = static_cast<std::ptrdiff_t>(range.limit);
        const auto spare = std::ssize(found) - most;
        if (spare > 0 && range.toward == before) found.erase(found.begin(), found.begin() + spare);
        if (spare > 0 && range.toward == after) found.erase(found.begin() + most, found.end());
        return found;
    }
    std::vector<message> replies(access_key, message_id root, sequence after, int limit) override {
        auto found = replies_of(root);
        std::erase_if(found, [&](const message& one) { return one.seq <= after; });
        if (std::cmp_greater(found.size(), limit)) found.resize(static_cast<std::size_t>(limit));
        return found;
    }
    std::vector<message> withheld(access_key, conversation_id in, user_id author, message_id after,
                                  int limit) override {
        return chosen(
            all_.messages,
            [&](const message& one) {
                return one.conversation == in && one.state != message_state::published && one.id > after &&
                       (!author || one.author == author);
            },
            limit);
    }
    std::vector<message> held(access_key, message_id after, int limit) override {
        return chosen(
            all_.messages, [&](const message& one) { return one.state == message_state::held && one.id > after; },
            limit);
    }
    std::vector<revision> revisions(access_key, message_id of) override {
        return chosen(all_.revisions, [&](const revision& one) { return one.message == of; });
    }
    unread_counts count_unread(access_key, conversation_id in, user_id reader, sequence after) override {
        unread_counts counts;
        for (const auto& [id, one] : all_.messages) {
            if (one.conversation != in || one.state != message_state::published || one.deleted_at) continue;
            if (one.seq <= after || one.author == reader) continue;
            counts.messages += 1;
            counts.mentions += std::ranges::count(one.mentions, reader);
        }
        return {std::min(counts.messages, most_counted_unread), std::min(counts.mentions, most_counted_unread)};
    }
    thread_summary summarise_thread(access_key, message_id root) override {
        thread_summary sum;
        for (const auto& one : replies_of(root)) {
            if (one.deleted_at) continue;
            sum.replies += 1;
            sum.last_reply_at = one.created_at;
            if (sum.participants.size() < 20 && std::ranges::count(sum.participants, one.shown) == 0)
                sum.participants.push_back(one.shown);
        }
        return sum;
    }

    void insert(const user& row) override { add(all_.users, row.id, row); }
    void update(const user& row) override { change(all_.users, row.id, row); }
    void insert(const access_token& row) override { add(all_.tokens, row.id, row); }
    void update(const access_token& row) override { change(all_.tokens, row.id, row); }
    void insert(const one_time_link& row) override { add(all_.links, row.digest, row); }
    void update(const one_time_link& row) override { change(all_.links, row.digest, row); }
    int erase_links(moment before) override {
        const auto gone = chosen(all_.links, [&](const one_time_link& one) { return one.expires_at < before; });
        for (const auto& one : gone) remove(all_.links, one.digest);
        return static_cast<int>(gone.size());
    }
    void insert(const started_sign_in& row) override { add(all_.started, row.digest, row); }
    std::optional<started_sign_in> find_started(std::string_view digest) override {
        return value_in(all_.started, std::string(digest));
    }
    void erase(const started_sign_in& row) override { remove(all_.started, row.digest); }
    int erase_started(moment before) override {
        const auto gone = chosen(all_.started, [&](const started_sign_in& one) { return one.expires_at < before; });
        for (const auto& one : gone) remove(all_.started, one.digest);
        return static_cast<int>(gone.size());
    }
    int erase_tokens(moment before) override {
        const auto gone = chosen(all_.tokens, [&](const access_token& one) {
            return std::max(one.ends_at, one.expires_at) < before || (one.revoked_at && *one.revoked_at < before);
        });
        for (const auto& one : gone) remove(all_.tokens, one.id);
        return static_cast<int>(gone.size());
    }
    void insert(const second_factor& row) override { add(all_.factors, row.user, row); }
    void update(const second_factor& row) override { change(all_.factors, row.user, row); }
    void erase(const second_factor& row) override { remove(all_.factors, row.user); }
    void insert(const custom_role& row) override {
        EXPECT_EQ(find_custom_role(row.name), nullptr) << "two roles of one name";
        add(all_.roles, row.id, row);
    }
    void update(const custom_role& row) override { change(all_.roles, row.id, row); }
    void erase(const custom_role& row) override { remove(all_.roles, row.id); }
    void insert(const audit_entry& row) override { add(all_.audit, row.id, row); }
    void keep(const plugin_cursor& row) override {
        all_.cursors.contains(row.plugin) ? change(all_.cursors, row.plugin, row) : add(all_.cursors, row.plugin, row);
    }
    void insert(const plugin_job& row) override { add(all_.jobs, row.id, row); }
    void update(const plugin_job& row) override { change(all_.jobs, row.id, row); }
    void erase(const plugin_job& row) override { remove(all_.jobs, row.id); }
    void insert(access_key, const conversation& row) override { add(all_.conversations, row.id, row); }
    void update(access_key, const conversation& row) override { change(all_.conversations, row.id, row); }
    void insert(access_key, const member& row) override { add(all_.members, key_of(row), row); }
    void update(access_key, const member& row) override { change(all_.members, key_of(row), row); }
    void erase(access_key, const member& row) override { remove(all_.members, key_of(row)); }
    void insert(access_key, const conversation_ban& row) override { add(all_.bans, key_of(row), row); }
    void update(access_key, const conversation_ban& row) override { change(all_.bans, key_of(row), row); }
    void erase(access_key, const conversation_ban& row) override { remove(all_.bans, key_of(row)); }
    void insert(access_key key, const message& row) override {
        if (!row.client_key.empty())
            EXPECT_FALSE(find_by_client_key(key, row.author, row.client_key)) << "client key used twice";
        add(all_.messages, row.id, row);
    }
    void update(access_key, const message& row) override { change(all_.messages, row.id, row); }
    void erase(access_key key, const message& row) override {
        remove(all_.messages, row.id);
        erase_revisions(key, row.id);
    }
    void insert(access_key, const revision& row) override {
        add(all_.revisions, std::pair(row.message, row.number), row);
    }
    void erase_revisions(access_key key, message_id of) override {
        for (const auto& one : revisions(key, of)) remove(all_.revisions, std::pair(of, one.number));
    }

    position append(event what) override {
        what.at = all_.last + 1;
        undo_.emplace_back([this, before = all_.last] { all_.last = before; });
        all_.last = what.at;
        auto kept = what;
        kept.view = {};
        add(all_.log, what.at, kept);
        said_.push_back(std::make_shared<const event>(std::move(what)));
        return all_.last;
    }
    void trim_log(position until) override {
        while (!all_.log.empty() && all_.log.begin()->first <= until) remove(all_.log, all_.log.begin()->first);
        undo_.emplace_back([this, before = all_.trimmed] { all_.trimmed = before; });
        all_.trimmed = until;
    }
    position log_position_before(moment before) override {
        position found = 0;
        for (const auto& [at, one] : all_.log)
            if (one.created_at < before) found = at;
        return found;
    }

private:
    template <class Row>
    static std::pair<conversation_id, user_id> key_of(const Row& row) {
        return {row.conversation, row.user};
    }

    [[nodiscard]] std::vector<message> published(conversation_id in) const {
        auto found = chosen(all_.messages, [&](const message& one) {
            return one.conversation == in && one.state == message_state::published;
        });
        std::ranges::sort(found, {}, &message::seq);
        return found;
    }
    [[nodiscard]] std::vector<message> replies_of(message_id root) const {
        auto found = chosen(all_.messages, [&](const message& one) {
            return one.thread_root == root && one.state == message_state::published;
        });
        std::ranges::sort(found, {}, &message::seq);
        return found;
    }

    template <class Map>
    void add(Map& all, typename Map::key_type key, const typename Map::mapped_type& row) {
        EXPECT_TRUE(all.emplace(key, row).second) << "inserted a row that is there";
        undo_.emplace_back([&all, key] { all.erase(key); });
    }
    template <class Map>
    void change(Map& all, typename Map::key_type key, const typename Map::mapped_type& row) {
        const auto found = all.find(key);
        ASSERT_NE(found, all.end()) << "changed a row that is not there";
        undo_.emplace_back([&all, key, before = found->second] { all.at(key) = before; });
        found->second = row;
    }
    template <class Map>
    void remove(Map& all, typename Map::key_type key) {
        const auto found = all.find(key);
        ASSERT_NE(found, all.end()) << "removed a row that is not there";
        undo_.emplace_back([&all, key, before = found->second] { all.emplace(key, before); });
        all.erase(found);
    }

    tenant_id tenant_;
    tables& all_;
    std::vector<std::function<void()>> undo_;
    std::vector<std::shared_ptr<const event>> said_;
};

}  // namespace

void memory_store::write(write_job job) {
    memory_writing work(job.tenant, rows_[job.tenant]);
    bool wrote = false;
    try {
        if (disturbed_ && disturbed_()) {
            (void)job.apply(work);
            work.roll_back();
        }
        wrote = job.apply(work);
    } catch (const std::exception&) {
        work.roll_back();
        job.finish(error{fault::unavailable, "storage_failed", "Nothing was stored.", {}});
        return;
    }
    if (!wrote) {
        EXPECT_FALSE(work.wrote()) << "a job refused after it had written";
        work.roll_back();
    }
    if (sink_ != nullptr && !work.said().empty()) sink_->committed(job.tenant, work.said());
    job.finish(std::nullopt);
}

void memory_store::read(read_job job) {
    memory_writing rows(job.tenant, rows_[job.tenant]);
    job.run(rows);
    EXPECT_FALSE(rows.wrote()) << "a reading job wrote";
}

void memory_store::with_directory(std::move_only_function<void(directory&)> run,
                                  std::move_only_function<void(error)> /*failed*/) {
    run(*this);
}

std::optional<tenant> memory_store::find_tenant(std::string_view name) {
    for (const auto& [id, one] : tenants_)
        if (one.name == name) return one;
    return std::nullopt;
}

std::vector<tenant> memory_store::tenants() {
    return chosen(tenants_, [](const tenant&) { return true; });
}

std::optional<access_token> memory_store::find_token(std::string_view digest) {
    for (const auto& [whose, all] : rows_)
        for (const auto& [id, one] : all.tokens)
            if (one.digest == digest) return one;
    return std::nullopt;
}

void memory_store::insert(const tenant& made) { tenants_.emplace(made.id, made); }

std::map<tenant_id, tenant_sizes> memory_store::sizes() {
    std::map<tenant_id, tenant_sizes> all;
    for (const auto& [whose, of] : rows_) {
        auto& has = all[whose];
        has.users = static_cast<std::int64_t>(of.users.size());
        for (const auto& [id, one] : of.conversations) {
            if (one.deleted_at) continue;
            ++has.conversations;
            has.messages += one.last_sequence;
        }
    }
    return all;
}

std::vector<plugin_place> memory_store::plugin_places() {
    std::vector<plugin_place> out;
    for (const auto& [whose, all] : rows_)
        for (const auto& [plugin, one] : all.cursors) out.push_back({whose, all.last, one});
    return out;
}

std::vector<plugin_job> memory_store::due_plugin_jobs(moment now, std::span<const std::string> plugins, int limit) {
    std::vector<plugin_job> out;
    for (const auto& [whose, all] : rows_)
        for (const auto& [id, one] : all.jobs)
            if (one.due <= now && std::ranges::count(plugins, one.plugin) > 0) out.push_back(one);
    std::ranges::sort(out, {}, &plugin_job::due);
    if (std::cmp_greater(out.size(), limit)) out.resize(static_cast<std::size_t>(limit));
    return out;
}

std::vector<plugin_job> memory_store::periodic_plugin_jobs() {
    std::vector<plugin_job> out;
    for (const auto& [whose, all] : rows_)
        for (const auto& [id, one] : all.jobs)
            if (one.is_periodic()) out.push_back(one);
    return out;
}

std::string memory_store::everything(tenant_id whose) {
    std::string out;
    const auto& all = rows_[whose];
    for (const auto& [id, one] : all.conversations) out += one.name + "\n" + one.description + "\n" + one.topic + "\n";
    for (const auto& [id, one] : all.messages)
        out += one.text + "\n" + to_text(one.data) + "\n" + one.state_reason + "\n" + one.client_key + "\n";
    for (const auto& [id, one] : all.revisions) out += one.text + "\n" + to_text(one.data) + "\n";
    for (const auto& [digest, one] : all.started) out += digest + " " + one.browser + " " + one.return_to + "\n";
    for (const auto& [id, one] : all.audit) out += one.action + " " + to_text(one.details) + "\n";
    for (const auto& [at, one] : all.log) out += one.type + " " + to_text(one.data) + "\n";
    return out;
}

}  // namespace parley::kernel::testing
