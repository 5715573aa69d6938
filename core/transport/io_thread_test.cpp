// What is posted to an I/O thread.
#include "transport/io_thread.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace parley::transport {
namespace {

class io_thread_test : public ::testing::Test {
protected:
    ~io_thread_test() override { home_.stop_and_join(); }

    void wait_for_all_posted() {
        std::promise<void> turned;
        home_.post([&] { turned.set_value(); });
        turned.get_future().wait();
    }

    census sessions_;
    std::atomic<int> faults_{0};
    io_thread::fault_sink on_fault_ = [this](std::string_view) { ++faults_; };
    io_thread home_{0, sessions_, on_fault_};
};

TEST_F(io_thread_test, runs_what_each_thread_posts_in_its_order) {
    constexpr int each = 2'000;
    home_.start();
    std::array<std::vector<int>, 3> ran;
    {
        std::vector<std::jthread> posters;
        for (auto& own : ran)
            posters.emplace_back([&] {
                for (int i = 0; i < each; ++i) home_.post([&own, i] { own.push_back(i); });
            });
    }
    wait_for_all_posted();
    for (const auto& own : ran) {
        ASSERT_EQ(own.size(), each);
        EXPECT_TRUE(std::ranges::is_sorted(own));
    }
}

TEST_F(io_thread_test, what_throws_does_not_keep_the_rest_from_running) {
    int ran = 0;
    for (int i = 0; i < 10; ++i)
        home_.post([&ran, i] {
            if (i % 3 == 0) throw std::runtime_error("of this one");
            ++ran;
        });
    home_.start();
    wait_for_all_posted();
    EXPECT_EQ(ran, 6);
    EXPECT_EQ(faults_, 4);
}

TEST_F(io_thread_test, what_runs_may_post) {
    home_.start();
    std::promise<int> last;
    home_.post([&] { home_.post([&] { home_.post([&] { last.set_value(3); }); }); });
    EXPECT_EQ(last.get_future().get(), 3);
}

}  // namespace
}  // namespace parley::transport
