// Reading jobs that fail, that are too many, and that wait at the end.
#include "storage/read_pool.hpp"

#include <gmock/gmock.h>

#include "storage/testing/held_writer.hpp"

namespace parley::storage {
namespace {

using namespace testing;

class read_pool_test : public store_test {
protected:
    /// Keeps the only reader of a store busy until the promise is kept. Tries until the job is begun in time.
    static void hold(sql_store& of, std::promise<void>& until, outcomes& ended) {
        for (bool begun = false; !begun;) {
            std::promise<bool> begins;
            of.read({.tenant = acme,
                     .run =
                         [&begins, &until, finish = ended.one()](kernel::reading&) mutable {
                             begins.set_value(true);
                             until.get_future().wait();
                             finish(std::nullopt);
                         },
                     .failed = [&begins](const error&) { begins.set_value(false); }});
            begun = begins.get_future().get();
        }
    }
};

TEST_P(read_pool_test, a_job_that_throws_fails_alone) {
    std::promise<error> failed;
    store_->read({.tenant = acme,
                  .run = [](kernel::reading&) { throw std::runtime_error("the job's own mistake"); },
                  .failed = [&](error why) { failed.set_value(std::move(why)); }});
    const auto why = failed.get_future().get();
    EXPECT_EQ(why.code, "internal");
    EXPECT_EQ(why.message.find("mistake"), std::string::npos);
    must_read([](kernel::reading& r) { EXPECT_EQ(r.tenant(), acme); });
    EXPECT_TRUE(store_->check()) << "a job's mistake is not the database's";
}

TEST_P(read_pool_test, too_many_are_refused_and_stopping_serves_the_rest) {
    recording_sink sink;
    const auto small = open(sink, {.read_queue = 5, .readers = 1});
    std::promise<void> until;
    outcomes ended;
    hold(*small, until, ended);
    for (int i = 0; i < 5; ++i)
        small->read({.tenant = acme,
                     .run = [finish = ended.one()](kernel::reading&) mutable { finish(std::nullopt); },
                     .failed = [](const error&) { ADD_FAILURE(); }});
    EXPECT_EQ(read(*small, acme, [](kernel::reading&) {})->code, "read_queue_full");
    until.set_value();
    small->stop();
    EXPECT_EQ(ended.wait(), (std::map<std::string, int>{{"committed", 6}}));
    EXPECT_EQ(read(*small, acme, [](kernel::reading&) {})->kind, fault::unavailable);
}

TEST_P(read_pool_test, what_waited_too_long_is_not_begun) {
    recording_sink sink;
    const auto small = open(sink, {.readers = 1, .read_deadline = std::chrono::milliseconds(20)});
    std::promise<void> until;
    outcomes ignored;
    hold(*small, until, ignored);
    std::promise<error> failed;
    small->read({.tenant = acme,
                 .run = [](kernel::reading&) { ADD_FAILURE(); },
                 .failed = [&](error why) { failed.set_value(std::move(why)); }});
    const auto queued = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() < queued + std::chrono::milliseconds(25)) std::this_thread::yield();
    until.set_value();
    EXPECT_EQ(failed.get_future().get().kind, fault::unavailable);
}

INSTANTIATE_TEST_SUITE_P(on, read_pool_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

}  // namespace
}  // namespace parley::storage
