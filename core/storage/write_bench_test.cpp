// How dear a message is: not part of the tests, run with --gtest_also_run_disabled_tests --gtest_filter='*bench*'.
#include <fmt/core.h>
#include <sys/resource.h>

#include "storage/testing/held_writer.hpp"

namespace parley::storage {
namespace {

using namespace testing;

const auto key = kernel::rows;

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& of) {
        return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

class write_bench : public store_test {};

/// What send_message does to the store.
bool send(kernel::writing& w, std::int64_t id, const std::string& client_key) {
    const user_id author{11};
    auto in = w.find_conversation(key(), conversation_id{31});
    if (!w.find_user(author) || !in || !w.find_member(key(), in->id, author)) return false;
    if (w.find_by_client_key(key(), author, client_key)) return false;
    ++in->last_sequence;
    in->last_message_at = noon;
    w.update(key(), *in);
    auto said = make_message(id, 31, in->last_sequence, author.value, std::string(200, 'x'));
    said.client_key = client_key;
    w.insert(key(), said);
    auto news = make_event("message.created");
    news.conversation = in->id;
    news.about = said.id;
    news.view.body = std::make_shared<const message>(said);
    w.append(std::move(news));
    return true;
}

TEST_P(write_bench, DISABLED_messages_in_groups_of_100) {
    constexpr int groups = 300;
    constexpr int size = 100;
    recording_sink sink;
    const auto store = open(sink, {.batch_limit = size, .watch_interval = {}});
    ASSERT_FALSE(write(*store, acme, [](kernel::writing& w) {
        w.insert(make_user(11, "ann"));
        w.insert(key(), make_conversation(31, "lobby"));
        w.insert(key(), make_member(31, 11));
        return true;
    }));
    const auto start = std::chrono::steady_clock::now();
    const auto cpu = cpu_seconds();
    for (int g = 0; g < groups; g += 50) {
        outcomes ended;
        for (int i = 0; i < 50 * size; ++i) {
            const auto id = 1'000 + g * size + i;
            store->write({.tenant = acme,
                          .author = user_id{11},
                          .client_key = fmt::format("key-{}", id),
                          .apply = [id](kernel::writing& w) { return send(w, id, fmt::format("key-{}", id)); },
                          .finish = ended.one()});
        }
        EXPECT_EQ(ended.wait(), (std::map<std::string, int>{{"committed", 50 * size}}));
    }
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const auto& counted = store->counters();
    fmt::print("{:.0f} messages/s, {:.1f} us of this process's CPU each, {:.1f} jobs a commit, {:.0f} us a COMMIT\n",
               groups * size / wall, (cpu_seconds() - cpu) * 1e6 / (groups * size),
               static_cast<double>(counted.committed_jobs.get()) / static_cast<double>(counted.commits.get()),
               static_cast<double>(counted.commit_microseconds.get()) / static_cast<double>(counted.commits.get()));
}

INSTANTIATE_TEST_SUITE_P(on, write_bench, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

}  // namespace
}  // namespace parley::storage
