// Several members of one process hear each other, in order, and not themselves.
#include "bus/in_process.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

namespace parley::bus {
namespace {

class ears final : public kernel::bus_listener {
public:
    void heard(kernel::peer_id from, tenant_id of, const kernel::bus_news& what) override {
        const std::lock_guard held(guard_);
        all_.push_back({from, of, std::get<kernel::log_moved>(what).end});
        changed_.notify_all();
    }
    void reached() override { reached_ = true; }

    struct word {
        kernel::peer_id from;
        tenant_id of;
        position end;
        friend bool operator==(const word&, const word&) = default;
    };
    [[nodiscard]] std::vector<word> wait_for(std::size_t count) {
        std::unique_lock held(guard_);
        changed_.wait_for(held, std::chrono::seconds{60}, [&] { return all_.size() >= count; });
        return all_;
    }
    [[nodiscard]] bool was_reached() const { return reached_; }

private:
    std::mutex guard_;
    std::condition_variable changed_;
    std::vector<word> all_;
    std::atomic<bool> reached_ = false;
};

TEST(in_process_bus, brings_everything_to_all_others_in_order) {
    exchange between;
    ears of_ann, of_bob, of_carol;
    const auto ann = between.join();
    const auto bob = between.join();
    const auto carol = between.join();
    ann->listen(of_ann);
    bob->listen(of_bob);
    carol->listen(of_carol);
    for (position at = 1; at <= 100; ++at) ann->say(tenant_id{5}, kernel::log_moved{at});
    bob->say(tenant_id{6}, kernel::log_moved{7});
    const auto heard = of_carol.wait_for(101);
    ASSERT_EQ(heard.size(), 101U);
    for (position at = 1; at <= 100; ++at)
        EXPECT_EQ(heard[static_cast<std::size_t>(at - 1)], (ears::word{1, tenant_id{5}, at}));
    EXPECT_EQ(heard[100], (ears::word{2, tenant_id{6}, 7}));
    EXPECT_EQ(of_bob.wait_for(100).size(), 100U);
    EXPECT_EQ(of_ann.wait_for(1).size(), 1U) << "nobody hears itself";
    EXPECT_TRUE(of_ann.was_reached());
}

TEST(in_process_bus, who_has_stopped_hears_and_says_no_more) {
    exchange between;
    ears of_ann, of_bob;
    const auto ann = between.join();
    const auto bob = between.join();
    ann->listen(of_ann);
    bob->listen(of_bob);
    ann->say({}, kernel::log_moved{1});
    ann->stop();
    ann->stop();
    EXPECT_EQ(of_bob.wait_for(1).size(), 1U) << "what was said before is brought";
    bob->say({}, kernel::log_moved{2});
    bob->stop();
    EXPECT_TRUE(of_ann.wait_for(0).empty());
}

}  // namespace
}  // namespace parley::bus
