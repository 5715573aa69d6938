// What can happen, by chance; and what must hold all the same.
#include "simulation/cluster.hpp"

#include <algorithm>
#include <ranges>

#include "base/json.hpp"
#include "kernel/follow_log.hpp"

namespace parley::simulation {
namespace {

constexpr std::size_t server_count = 3;
constexpr int most_rounds_of_rest = 200;

template <class Container>
auto& any(testing::random_life& dice, Container& all) {
    return all[static_cast<std::size_t>(dice.roll(static_cast<int>(all.size())))];
}

transport::local_room::batch encoded(std::span<const std::shared_ptr<const event>> events) {
    transport::local_room::batch made;
    for (const auto& one : events) made.push_back(std::make_shared<const transport::encoded_event>(one));
    return made;
}

}  // namespace

cluster::cluster(std::uint64_t seed) : life(seed), servers_(server_count) {
    for (const auto& one : life.inn.log_after(0)) note_stays(one);
    life.inn.store.set_sink(this);
    life.inn.store.disturb([this] {
        const bool in_vain = life.roll(8) == 0;
        if (in_vain) ++counts_["job in vain"];
        return in_vain;
    });
    for (auto& one : servers_) start(one);
    // Two devices each, which are not at the same server for long.
    for (const auto who : life.people)
        for (int i = 0; i < 2; ++i) {
            devices_.push_back(std::make_unique<device>(
                life.inn, who, [this](user_id whose, const auto& event) { expect_may_hear(whose, event); }));
            devices_.back()->connect(*any(life, servers_).room);
        }
}

cluster::~cluster() {
    for (const auto& one : devices_) one->disconnect();
    life.inn.store.set_sink(nullptr);
    life.inn.store.disturb({});
}

void cluster::start(server& one) {
    one.room = std::make_unique<transport::local_room>();
    one.own.clear();
    one.coming.clear();
    one.heard = life.inn.log_end();
}

void cluster::step() {
    const int what = life.roll(100);
    if (what < 35) return act();
    if (what < 70) return arrive();
    if (what < 93) return any(life, devices_)->step(1 + life.roll(30));
    if (what < 96) return move_a_device();
    if (what < 97) return kill_a_server();
    if (what < 99) return cut_or_heal();
    forget_old_events();
}

void cluster::act() {
    // Who is cut off from the database does nothing for anybody.
    do acting_ = static_cast<std::size_t>(life.roll(static_cast<int>(server_count)));
    while (servers_[acting_].is_cut_off);
    life.step();
    happened("act: " + life.last_done());
}

void cluster::committed(tenant_id, std::span<const std::shared_ptr<const event>> events) {
    const auto end = events.back()->at;
    for (const auto& one : events) note_stays(*one);
    for (auto& one : servers_) {
        if (&one == &servers_[acting_]) {
            one.own.emplace_back(events.begin(), events.end());
            continue;
        }
        const int fate = life.roll(10);
        if (one.is_cut_off || fate < 3) {
            ++counts_["news lost"];
            continue;
        }
        one.coming.push_back(end);
        if (fate == 3) {
            ++counts_["news doubled"];
            one.coming.push_back(end);
        }
    }
}

/// Some of what is on its way, not in the order in which it was said.
void cluster::arrive() {
    auto& one = any(life, servers_);
    if (one.is_cut_off) return;
    if (!one.own.empty() && life.roll(2) == 0) {
        happened("own news arrive");
        return hear_own(one);
    }
    if (one.coming.empty()) return;
    auto& chosen = any(life, one.coming);
    const auto end = chosen;
    chosen = one.coming.back();
    one.coming.pop_back();
    happened("news arrive");
    read_up_to(one, end);
}

void cluster::hear_own(server& one) {
    const auto events = std::move(one.own.front());
    one.own.pop_front();
    // Others were first: what they said is read, or else the room has to notice that something is missing.
    if (events.front()->at > one.heard + 1 && life.roll(4) > 0) read_up_to(one, events.front()->at - 1);
    if (events.front()->at > one.heard + 1) ++counts_["gap"];
    one.room->hear(life.inn.tenant, encoded(events));
    one.heard = std::max(one.heard, events.back()->at);
}

void cluster::read_up_to(server& one, position end) {
    while (one.heard < end) {
        const auto events = life.inn.read([&](kernel::reading& from) {
            auto made = from.events_after(std::max(one.heard, from.log_begin()), 1 + life.roll(20));
            fill_views(from, made);
            fill_hearers(from, made);
            return made;
        });
        if (events.empty()) return;
        std::vector<std::shared_ptr<const event>> said;
        for (const auto& each : events) said.push_back(std::make_shared<const event>(each));
        trace("  server ", &one - servers_.data(), " reads ", events.front().at, " to ", events.back().at);
        one.room->hear(life.inn.tenant, encoded(said));
        one.heard = events.back().at;
    }
}

void cluster::kill_a_server() {
    auto& one = any(life, servers_);
    if (!one.own.empty()) ++counts_["killed between commit and answer"];
    happened("server killed");
    disconnect_from(one);
    const bool was_cut_off = one.is_cut_off;
    start(one);
    one.is_cut_off = was_cut_off;
}

void cluster::disconnect_from(const server& one) {
    for (const auto& each : devices_)
        if (each->is_at(*one.room)) each->disconnect();
}

void cluster::cut_or_heal() {
    auto& one = any(life, servers_);
    const auto cut_off = std::ranges::count(servers_, true, &server::is_cut_off);
    if (!one.is_cut_off && std::cmp_greater_equal(cut_off + 1, server_count)) return;
    one.is_cut_off = !one.is_cut_off;
    happened(one.is_cut_off ? "server cut off" : "server healed");
}

void cluster::move_a_device() {
    auto& one = *any(life, devices_);
    happened(one.is_connected() ? "device away" : "device back");
    if (one.is_connected()) return one.disconnect();
    one.connect(*any(life, servers_).room);
}

void cluster::forget_old_events() {
    happened("old events forgotten");
    life.inn.write([](kernel::writing& w) -> result<void> {
        w.trim_log(std::max(w.log_begin(), w.log_end() - 40));
        return {};
    });
}

void cluster::come_to_rest() {
    for (auto& one : servers_) {
        one.is_cut_off = false;
        while (!one.own.empty()) hear_own(one);
        // A sign of life says where the log ends.
        read_up_to(one, life.inn.log_end());
        one.coming.clear();
    }
    for (int round = 0; round < most_rounds_of_rest; ++round) {
        bool all_rest = true;
        for (const auto& one : devices_) {
            if (!one->is_busy()) continue;
            all_rest = false;
            if (!one->is_connected()) one->connect(*any(life, servers_).room);
            one->step(200);
        }
        if (all_rest) break;
    }
    happened("rest");
    check_devices();
    check_rows();
}

void cluster::note_stays(const event& what) {
    if (what.heard_by != audience::user) return;
    auto& all = stays_[{what.conversation, what.user}];
    if (what.type == "conversation.joined") all.push_back({.from = what.at, .to = 0});
    if (what.type == "conversation.left" && !all.empty() && all.back().to == 0) all.back().to = what.at;
}

/// By the log alone: who was in at that position.
void cluster::expect_may_hear(user_id who, const boost::json::object& what) const {
    const auto* in = what.if_contains("conversation");
    const std::string_view type = what.at("type").as_string();
    if (in == nullptr || !in->is_string() || type == "conversation.left" || type == "rights.updated") return;
    const auto at = what.at("position").to_number<position>();
    const auto where = conversation_id::parse(in->as_string());
    const auto found = stays_.find({*where, who});
    const bool was_in = found != stays_.end() && std::ranges::any_of(found->second, [at](const stay& one) {
                            return at >= one.from && (one.to == 0 || at <= one.to);
                        });
    EXPECT_TRUE(was_in) << who.text() << " hears " << to_text(what);
}

void cluster::check_devices() {
    for (const auto& one : devices_) {
        EXPECT_FALSE(one->is_busy()) << "a device of " << one->whose().text() << " does not come to rest";
        // Lower where the last events were not for it.
        EXPECT_LE(one->client().at(), life.inn.log_end());
        EXPECT_EQ(difference(one->client(), life.inn, one->whose()), "") << one.get() << " of " << one->whose().text();
    }
}

void cluster::check_rows() {
    const auto& rows = life.inn.rows();
    auto expected = rows.trimmed;
    for (const auto& [at, one] : rows.log) EXPECT_EQ(at, ++expected) << "positions have no holes";
    EXPECT_EQ(expected, rows.last);
    for (const auto& [in, members] : life.read) {
        EXPECT_EQ(rows.conversations.at(in).member_count, std::ssize(members));
        for (const auto& [who, upto] : members) EXPECT_EQ(life.inn.unread(who, in), life.expected_unread(who, in));
    }
    // Nothing is lost, doubled or made up.
    std::map<message_id, sequence> said;
    for (const auto& one : life.messages) EXPECT_TRUE(said.emplace(one.id, one.seq).second) << "one message is two";
    std::map<conversation_id, std::set<sequence>> taken;
    for (const auto& [id, one] : rows.messages) {
        if (one.state == message_state::rejected || !life.read.contains(one.conversation)) continue;
        const auto known = said.find(id);
        ASSERT_NE(known, said.end()) << "nobody said " << id.text();
        EXPECT_EQ(known->second, one.seq);
        if (one.seq != 0) EXPECT_TRUE(taken[one.conversation].insert(one.seq).second) << "two have one sequence";
        said.erase(known);
    }
    EXPECT_TRUE(said.empty()) << said.begin()->first.text() << " was acknowledged and is lost";
    for (const auto& [in, all] : taken) EXPECT_LE(*all.rbegin(), rows.conversations.at(in).last_sequence);
}

}  // namespace parley::simulation
