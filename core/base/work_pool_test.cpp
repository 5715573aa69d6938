// The pool runs what fits, refuses what does not, and answers everything exactly once.
#include "base/work_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

namespace parley {
namespace {

/// Occupies one thread of the pool until it is let go.
class blocker {
public:
    explicit blocker(work_pool& pool) {
        pool.run([this](bool) {
            started_.set_value();
            go_.get_future().wait();
        });
        started_.get_future().wait();
    }
    void release() { go_.set_value(); }

private:
    std::promise<void> started_;
    std::promise<void> go_;
};

TEST(HashPool, RunsJobsOnItsOwnThreads) {
    work_pool pool(2, 8);
    std::promise<std::thread::id> where;
    pool.run([&](bool refused) {
        EXPECT_FALSE(refused);
        where.set_value(std::this_thread::get_id());
    });
    EXPECT_NE(where.get_future().get(), std::this_thread::get_id());
}

TEST(HashPool, RefusesAtOnceOverItsBound) {
    work_pool pool(1, 2);
    blocker busy(pool);
    std::atomic<int> ran = 0;
    for (int i = 0; i < 2; ++i) pool.run([&](bool refused) { ran += refused ? 100 : 1; });
    EXPECT_EQ(pool.waiting(), 2U);
    bool third_refused = false;
    pool.run([&](bool refused) { third_refused = refused; });
    EXPECT_TRUE(third_refused);
    EXPECT_EQ(ran, 0);

    std::promise<void> drained;
    busy.release();
    while (pool.waiting() > 0) std::this_thread::yield();
    pool.run([&](bool) { drained.set_value(); });
    drained.get_future().wait();
    EXPECT_EQ(ran, 2);
}

TEST(HashPool, StopRefusesWhatWaitsAndWhatComesLater) {
    work_pool pool(1, 8);
    blocker busy(pool);
    std::promise<void> refused_early;
    pool.run([&](bool refused) {
        EXPECT_TRUE(refused);
        refused_early.set_value();
    });
    std::jthread stopper([&] { pool.stop(); });
    refused_early.get_future().wait();
    busy.release();
    stopper.join();
    bool refused_late = false;
    pool.run([&](bool refused) { refused_late = refused; });
    EXPECT_TRUE(refused_late);
}

TEST(HashPool, OutlivesAJobThatThrows) {
    work_pool pool(1, 8);
    pool.run([](bool) { throw std::runtime_error("no memory"); });
    std::promise<void> next;
    pool.run([&](bool) { next.set_value(); });
    next.get_future().wait();
}

}  // namespace
}  // namespace parley
