// Rows in batches, by tenant; each tenant's are one write.
#include "kernel/outbox_relay.hpp"

#include <algorithm>
#include <future>
#include <span>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"

namespace parley::kernel {
namespace {

constexpr int rows_at_once = 500;

/// What the store answered to the rows of one tenant.
struct brought {
    std::future<std::optional<error>> end;
    std::int64_t last = 0;
};

plugin_cursor cursor_of(reading& from, const std::string& plugin) {
    for (auto& one : from.plugin_cursors())
        if (one.plugin == plugin) return std::move(one);
    return {.plugin = plugin, .heard = std::nullopt, .relayed = 0};
}

}  // namespace

void outbox_relay::add(const std::string& plugin, std::vector<said_event_type> says,
                       std::shared_ptr<plugin_outbox> from) {
    auto& made = sources_[plugin];
    made.plugin = plugin;
    made.says = std::move(says);
    made.from = std::move(from);
}

void outbox_relay::start(const environment& env, std::chrono::milliseconds every) {
    if (sources_.empty()) return;
    env_ = &env;
    const auto all = [this] {
        for (auto& [id, one] : sources_) relay_at_border(one);
    };
    thread_ = std::make_unique<serial_thread>(every, all);
    thread_->post(all);
    running_ = thread_.get();
}

void outbox_relay::committed(std::string_view plugin) {
    const auto found = sources_.find(plugin);
    auto* const thread = running_.load();
    if (found == sources_.end() || thread == nullptr) return;
    if (found->second.told.exchange(true)) return;  // the pass that is on its way will see it
    thread->post([this, of = &found->second] { relay_at_border(*of); });
}

void outbox_relay::stop() {
    if (thread_) thread_->stop();
}

void outbox_relay::relay_at_border(source& of) {
    of.told = false;
    try {
        relay(of);
        of.is_well = true;
    } catch (const std::exception& why) {
        if (of.is_well) log::warning("a plugin's outbox cannot be read", {{"plugin", of.plugin}, {"why", why.what()}});
        of.is_well = false;
    }
}

void outbox_relay::relay(source& of) {
    while (relay_some(of)) {
    }
}

/// Answers whether there may be more that can be brought.
bool outbox_relay::relay_some(source& of) {
    const auto rows = of.from->read(rows_at_once);
    std::map<tenant_id, std::vector<outbox_row>> by_tenant;
    for (const auto& one : rows) by_tenant[one.tenant].push_back(one);
    std::map<tenant_id, brought> all;
    for (auto& [tenant, some] : by_tenant) {
        auto end = std::make_shared<std::promise<std::optional<error>>>();
        auto became = std::make_shared<outcome>();
        all[tenant] = {end->get_future(), some.back().number};
        store_.write({.tenant = tenant,
                      .author = {},
                      .client_key = {},
                      .apply = [this, &of, became,
                                theirs = std::move(some)](writing& w) { return bring(of, w, theirs, *became); },
                      .finish =
                          [this, end, became](std::optional<error> why) {
                              if (!why) counts_.relayed += became->said;
                              if (!why) counts_.refused += became->refused;
                              end->set_value(std::move(why));
                          }});
    }
    bool is_good = std::cmp_equal(rows.size(), rows_at_once);
    for (auto& [tenant, one] : all) {
        const auto why = one.end.get();
        const bool is_nowhere = why && why->code == "tenant_unknown";
        if (is_nowhere)
            log::warning("a plugin said something in a tenant that is not there",
                         {{"plugin", of.plugin}, {"tenant", tenant}});
        if (why && !is_nowhere)
            is_good = false;
        else
            of.from->erase(tenant, one.last);
    }
    return is_good;
}

bool outbox_relay::bring(const source& of, writing& w, std::span<const outbox_row> rows, outcome& became) const {
    became = {};
    auto cursor = cursor_of(w, of.plugin);
    const auto before = cursor.relayed;
    for (const auto& one : rows) {
        if (one.number <= cursor.relayed) continue;
        cursor.relayed = one.number;
        auto data = parse_object(one.data, {.max_bytes = 64 * 1024});
        const auto said = !data ? result<void>(std::unexpected(data.error()))
                                : say_event(*env_, w, of.says,
                                            {.plugin = of.plugin,
                                             .type = one.type,
                                             .conversation = one.conversation,
                                             .user = one.user,
                                             .about = one.about,
                                             .data = std::move(*data)});
        ++(said ? became.said : became.refused);
        if (said) continue;
        log::warning("an event of a plugin was not said",
                     {{"plugin", of.plugin}, {"tenant", one.tenant}, {"type", one.type}, {"code", said.error().code}});
    }
    if (cursor.relayed == before) return false;
    w.keep(cursor);
    return true;
}

}  // namespace parley::kernel
