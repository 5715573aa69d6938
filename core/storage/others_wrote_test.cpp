// What another process wrote is heard in order and once, whatever becomes of the word that it was written.
#include <functional>
#include <random>

#include "storage/testing/store_test_base.hpp"

namespace parley::storage {
namespace {

using namespace testing;

/// A bus as bad as a test wants it to be.
class telling final : public kernel::write_witness {
public:
    void wrote(tenant_id of, position end) override { tells(of, end); }

    std::function<void(tenant_id, position)> tells = [](tenant_id, position) {};
};

class others_wrote_test : public store_test {
protected:
    /// Hears by what it is told alone.
    static constexpr store_options deaf{.write_deadline = std::chrono::minutes{1},
                                        .read_deadline = std::chrono::minutes{1},
                                        .watch_interval = std::chrono::hours{1}};

    void SetUp() override {
        store_test::SetUp();
        auto with = patient;
        with.witness = &bus_;
        writer_ = open(own_, with);
        listener_ = open(heard_, deaf);
    }
    void writes(int times) {
        for (int i = 0; i < times; ++i)
            EXPECT_FALSE(write(*writer_, acme, [](kernel::writing& w) {
                (void)w.append(make_event("said"));
                return true;
            }));
    }

    telling bus_;
    recording_sink own_;
    recording_sink heard_;
    std::unique_ptr<sql_store> writer_;
    std::unique_ptr<sql_store> listener_;
};

TEST_P(others_wrote_test, a_word_is_enough) {
    bus_.tells = [this](tenant_id of, position end) { listener_->others_wrote(of, end); };
    writes(50);
    EXPECT_TRUE(heard_.wait_for(50));
    EXPECT_EQ(heard_.heard().size(), 50U);
    EXPECT_EQ(listener_->counters().foreign_events.get(), 50);
}

TEST_P(others_wrote_test, words_may_be_lost_doubled_and_late) {
    std::mt19937 random(7);
    std::vector<position> late;
    bus_.tells = [&](tenant_id of, position end) {
        if (random() % 3 == 0) return;
        if (random() % 3 == 0) return late.push_back(end);
        listener_->others_wrote(of, end);
        if (random() % 2 == 0) listener_->others_wrote(of, end);
        std::ranges::shuffle(late, random);
        for (const auto one : std::exchange(late, {})) listener_->others_wrote(of, one);
    };
    writes(100);
    bus_.tells = [this](tenant_id of, position end) { listener_->others_wrote(of, end); };
    writes(1);
    EXPECT_TRUE(heard_.wait_for(101)) << "one word tells of everything before it";
    EXPECT_EQ(heard_.heard().size(), 101U);
}

TEST_P(others_wrote_test, what_is_not_so_does_no_harm) {
    listener_->others_wrote(acme, 1'000'000);
    listener_->others_wrote(tenant_id{999}, 5);
    listener_->others_wrote(acme, -1);
    bus_.tells = [this](tenant_id of, position end) {
        listener_->others_wrote(of, end + 1'000'000);
        listener_->others_wrote(of, end);
    };
    writes(20);
    EXPECT_TRUE(heard_.wait_for(20));
    EXPECT_EQ(heard_.heard().size(), 20U);
    EXPECT_TRUE(heard_.heard(tenant_id{999}).empty());
}

TEST_P(others_wrote_test, without_a_word_it_is_heard_at_the_next_look) {
    recording_sink watching;
    const auto other = open(watching);
    writes(20);
    EXPECT_TRUE(watching.wait_for(20));
    EXPECT_EQ(watching.heard().size(), 20U);
}

TEST_P(others_wrote_test, whoever_writes_itself_hears_what_came_before_first) {
    writes(10);
    EXPECT_FALSE(write(*listener_, acme, [](kernel::writing& w) {
        (void)w.append(make_event("answered"));
        return true;
    }));
    listener_->others_wrote(acme, 10);  // late
    EXPECT_TRUE(heard_.wait_for(11));
    EXPECT_EQ(heard_.heard().back()->type, "answered");
    EXPECT_EQ(heard_.heard().size(), 11U);
}

INSTANTIATE_TEST_SUITE_P(on, others_wrote_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

}  // namespace
}  // namespace parley::storage
