// Old state + events = fresh state, for clients that listen as it happens and for clients that come back.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "kernel/follow_log.hpp"
#include "kernel/testing/model_client.hpp"
#include "kernel/testing/random_life.hpp"

namespace parley::kernel {
namespace {

using testing::difference;
using testing::model_client;
using testing::random_life;

/// Hands committed events to connected clients the way the server's rooms do, some time after the commit.
class live_room final : public event_sink {
public:
    explicit live_room(random_life& life) : life_(life) {
        life.inn.store.set_sink(this);
        for (const auto who : life.people) {
            seats_.push_back({who, ear_of(who), std::make_unique<model_client>(life.inn, who)});
            seats_.back().client->start_afresh();
        }
    }
    ~live_room() override { life_.inn.store.set_sink(nullptr); }

    void committed(tenant_id, std::span<const std::shared_ptr<const event>> said) override {
        waiting_.insert(waiting_.end(), said.begin(), said.end());
    }

    void deliver() {
        for (; !waiting_.empty(); waiting_.pop_front())
            for (auto& one : seats_) give(one, *waiting_.front());
    }

    [[nodiscard]] const model_client& client(std::size_t of) const { return *seats_[of].client; }

private:
    struct seat {
        user_id who;
        ear hears;
        std::unique_ptr<model_client> client;
    };

    ear ear_of(user_id who) {
        return *life_.inn.read([&](reading& from) { return open_ear(life_.inn.env, from, life_.inn.as(who)); });
    }

    void give(seat& to, const event& what) {
        if (what.at <= to.hears.at) return;
        to.hears.at = what.at;
        auto& hears = to.hears.hears;
        if (what.heard_by == audience::user) hears.follow(what);
        const auto was_told = [&](user_id) { return std::ranges::count(what.hearers, to.who) > 0; };
        if (hears.hears(what, was_told)) to.client->apply(testing::as_heard(what, hears.reader_in(what.conversation)));
        if (what.type == "user.updated" && what.user == to.who) hears.take_rights(ear_of(to.who));
    }

    random_life& life_;
    std::vector<seat> seats_;
    std::deque<std::shared_ptr<const event>> waiting_;
};

class state_check : public ::testing::TestWithParam<std::uint64_t> {
protected:
    random_life life{GetParam()};
    void forget_old_events() {
        life.inn.write([](writing& w) -> result<void> {
            w.trim_log(std::max(w.log_begin(), w.log_end() - 30));
            return {};
        });
    }
    [[nodiscard]] std::string where(int step) const {
        return "seed " + std::to_string(GetParam()) + ", step " + std::to_string(step) + ", " + life.last_done();
    }
};

TEST_P(state_check, a_client_that_hears_every_event_at_once_knows_what_a_fresh_one_knows) {
    live_room room(life);
    for (int i = 0; i < 300; ++i) {
        life.step();
        room.deliver();
        const auto of = static_cast<std::size_t>(life.roll(static_cast<int>(life.people.size())));
        ASSERT_EQ(difference(room.client(of), life.inn, life.people[of]), "") << where(i) << ", client " << of;
    }
}

TEST_P(state_check, a_client_that_hears_events_late_and_many_at_once_knows_what_a_fresh_one_knows) {
    live_room room(life);
    for (int i = 0; i < 500; ++i) {
        life.step();
        if (life.roll(12) > 0) continue;
        room.deliver();
        for (std::size_t of = 0; of < life.people.size(); ++of)
            ASSERT_EQ(difference(room.client(of), life.inn, life.people[of]), "") << where(i) << ", client " << of;
    }
}

TEST_P(state_check, a_client_that_was_away_and_reads_the_log_knows_what_a_fresh_one_knows) {
    std::vector<std::unique_ptr<model_client>> clients;
    for (const auto who : life.people) {
        clients.push_back(std::make_unique<model_client>(life.inn, who));
        clients.back()->start_afresh();
    }
    for (int i = 0; i < 700; ++i) {
        life.step();
        if (life.roll(80) == 0) forget_old_events();
        if (life.roll(6) > 0) continue;
        // One comes back; how long it was away differs from client to client.
        const auto of = static_cast<std::size_t>(life.roll(static_cast<int>(clients.size())));
        clients[of]->catch_up(1 + life.roll(30));
        ASSERT_EQ(difference(*clients[of], life.inn, life.people[of]), "") << where(i) << ", client " << of;
    }
}

INSTANTIATE_TEST_SUITE_P(seeds, state_check, ::testing::Values(1, 2, 3, 4, 5, 6));

}  // namespace
}  // namespace parley::kernel
