// Groups of writes: positions without holes, answers that are true, neighbours that do not suffer, caches never stale.
#include "storage/group_commit.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <new>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "base/testing/scarce_memory.hpp"
#include "storage/testing/held_writer.hpp"

namespace parley::storage {
namespace {

using namespace testing;
using ::testing::SizeIs;

const auto key = kernel::rows;
using expected = std::map<std::string, int>;

class group_commit_test : public store_test {
protected:
    /// Appends the next message of conversation 31, as a use case would: read, number, write.
    static void say(kernel::writing& w, std::int64_t id, const std::string& text) {
        auto in = *w.find_conversation(key(), conversation_id{31});
        ++in.last_sequence;
        w.update(key(), in);
        w.insert(key(), make_message(id, 31, in.last_sequence, 11, text));
        auto said = make_event("message.created");
        said.about = message_id{id};
        w.append(said);
    }
    void add_conversation() {
        must_write([](kernel::writing& w) { w.insert(key(), make_conversation(31, "lobby")); });
    }
    [[nodiscard]] static std::vector<message> history(kernel::reading& r) {
        return r.history(key(), conversation_id{31}, {.limit = 100'000});
    }
    /// The conversation is numbered without holes, its row and the log agree, and nothing is there twice.
    void expect_messages(std::size_t count) {
        must_read([&](kernel::reading& r) {
            const auto all = history(r);
            EXPECT_EQ(all.size(), count);
            std::set<std::string> texts;
            for (std::size_t i = 0; i < all.size(); ++i) {
                EXPECT_EQ(all[i].seq, static_cast<sequence>(i + 1));
                EXPECT_TRUE(texts.insert(all[i].text).second) << all[i].text << " is there twice";
            }
            EXPECT_EQ(r.find_conversation(key(), conversation_id{31})->last_sequence, static_cast<sequence>(count));
            EXPECT_EQ(r.log_end(), static_cast<position>(count));
        });
    }
    [[nodiscard]] static kernel::write_job job(std::move_only_function<bool(kernel::writing&)> apply,
                                               std::move_only_function<void(std::optional<error>)> finish) {
        return {.tenant = acme, .author = {}, .client_key = {}, .apply = std::move(apply), .finish = std::move(finish)};
    }

    outcomes ended_;
};

TEST_P(group_commit_test, five_thousand_jobs_of_64_threads) {
    constexpr int threads = 64;
    constexpr int jobs = 79;
    add_conversation();
    std::vector<std::thread> senders;
    for (int t = 0; t < threads; ++t)
        senders.emplace_back([&, t] {
            for (int i = 0; i < jobs; ++i)
                store_->write(job(
                    [t, i](kernel::writing& w) {
                        say(w, 1'000 + t * jobs + i, fmt::format("{} of {}", i, t));
                        return true;
                    },
                    ended_.one()));
        });
    for (auto& one : senders) one.join();
    EXPECT_EQ(ended_.wait(), (expected{{"committed", threads * jobs}}));
    expect_messages(threads * jobs);
    EXPECT_THAT(sink_.heard(), SizeIs(threads * jobs));
    EXPECT_LT(store_->counters().commits.get(), threads * jobs / 4);
    EXPECT_GT(store_->counters().largest_group.get(), 20);
}

TEST_P(group_commit_test, one_bad_job_does_not_fail_its_neighbours) {
    add_conversation();
    held_writer held(*store_);
    for (int i = 0; i < 100; ++i)
        store_->write(job(
            [i](kernel::writing& w) {
                say(w, i == 50 ? 1'049 : 1'000 + i, fmt::format("{}", i));  // 50 takes its neighbour's id
                if (i == 60) throw std::runtime_error("the job's own mistake");
                return i != 70;  // 70 says that it wrote nothing
            },
            ended_.one()));
    held.release();
    EXPECT_EQ(ended_.wait(), (expected{{"committed", 97}, {"conflict", 1}, {"internal", 2}}));
    expect_messages(97);
    EXPECT_THAT(sink_.heard(), SizeIs(97));
    EXPECT_EQ(store_->counters().groups_split.get(), 1);
    EXPECT_TRUE(store_->check());
}

TEST_P(group_commit_test, a_hidden_failure_of_a_statement_is_found_out) {
    add_conversation();
    const auto problem = write(*store_, acme, [](kernel::writing& w) {
        say(w, 1, "kept?");
        try {
            w.insert(key(), make_message(1, 31, 9, 11, "the same id"));
        } catch (const std::exception&) {  // what a use case must not do
        }
        return true;
    });
    // SQLite undoes the one statement, PostgreSQL the whole transaction: an answer must fit what is there.
    must_read([&](kernel::reading& r) { EXPECT_EQ(history(r).size(), problem ? 0U : 1U); });
}

TEST_P(group_commit_test, what_found_no_memory_is_tried_again) {
    add_conversation();
    bool there_is_memory = false;
    EXPECT_FALSE(write(*store_, acme, [&](kernel::writing& w) {
        say(w, 1, "at last");
        if (!std::exchange(there_is_memory, true)) throw std::bad_alloc();
        return true;
    }));
    expect_messages(1);
    EXPECT_EQ(store_->counters().groups_retried.get(), 1);
}

TEST_P(group_commit_test, what_finds_no_memory_on_the_way_is_stored_once_and_heard_once) {
    if (!parley::testing::memory_can_end) GTEST_SKIP() << "a sanitizer has the memory";
    add_conversation();
    std::size_t committed = 0;
    bool was_missing = true;
    for (std::size_t finds = 0; was_missing; ++finds) {
        bool is_first = true;
        std::promise<bool> ended;
        store_->write(job(
            [&](kernel::writing& w) {
                if (std::exchange(is_first, false))
                    parley::testing::memory_ends_after(finds, parley::testing::want::once);
                say(w, 1'000 + static_cast<std::int64_t>(finds), fmt::format("after {}", finds));
                return true;
            },
            [&](const std::optional<error>& problem) {
                was_missing = parley::testing::memory_is_back();
                ended.set_value(!problem);
            }));
        if (ended.get_future().get()) ++committed;
    }
    EXPECT_GT(committed, 3U);
    expect_messages(committed);
    EXPECT_TRUE(sink_.wait_for(static_cast<position>(committed)));
    EXPECT_THAT(sink_.heard(), SizeIs(committed));
}

/// Has no memory for the first few things that it should hear.
class forgetful_sink final : public kernel::event_sink {
public:
    explicit forgetful_sink(recording_sink& to) : to_(to) {}
    void committed(tenant_id of, std::span<const std::shared_ptr<const event>> events) override {
        if (missed++ < 3) throw std::bad_alloc();
        to_.committed(of, events);
    }
    std::atomic<int> missed = 0;

private:
    recording_sink& to_;
};

TEST_P(group_commit_test, what_could_not_be_told_when_it_was_committed_is_told_soon) {
    add_conversation();
    recording_sink heard;
    forgetful_sink forgetful(heard);
    auto options = patient;
    options.watch_interval = std::chrono::milliseconds(20);
    const auto store = open(forgetful, options);
    EXPECT_FALSE(write(*store, acme, [](kernel::writing& w) {
        say(w, 1'000, "once");
        return true;
    })) << "it is committed all the same";
    EXPECT_TRUE(heard.wait_for(1));
    EXPECT_FALSE(write(*store, acme, [](kernel::writing& w) {
        say(w, 1'001, "twice");
        return true;
    }));
    EXPECT_TRUE(heard.wait_for(2));
    EXPECT_GT(forgetful.missed, 3);
    expect_messages(2);
}

TEST_P(group_commit_test, what_refuses_is_answered_without_a_commit) {
    add_conversation();
    const auto before = store_->counters().commits.get();
    EXPECT_FALSE(write(*store_, acme, [](kernel::writing& w) {
        EXPECT_TRUE(w.find_conversation(key(), conversation_id{31}));
        return false;
    }));
    EXPECT_EQ(store_->counters().commits.get(), before);
    EXPECT_EQ(write(*store_, tenant_id{99}, [](kernel::writing&) { return true; })->code, "tenant_unknown");
}

TEST_P(group_commit_test, a_resend_in_the_same_group_finds_the_first) {
    add_conversation();
    held_writer held(*store_);
    std::atomic<int> resends{0};
    for (int i = 0; i < 40; ++i) {
        auto one = job(
            [&, i](kernel::writing& w) {
                const auto client_key = fmt::format("k{}", i % 2);
                if (w.find_by_client_key(key(), user_id{11}, client_key)) {
                    ++resends;
                    return false;
                }
                auto in = *w.find_conversation(key(), conversation_id{31});
                ++in.last_sequence;
                w.update(key(), in);
                auto said = make_message(1'000 + i, 31, in.last_sequence, 11, client_key);
                said.client_key = client_key;
                w.insert(key(), said);
                w.append(make_event("message.created"));
                return true;
            },
            ended_.one());
        one.author = user_id{11};
        one.client_key = fmt::format("k{}", i % 2);
        store_->write(std::move(one));
    }
    held.release();
    EXPECT_EQ(ended_.wait(), (expected{{"committed", 40}}));
    EXPECT_EQ(resends, 38);
    expect_messages(2);
}

TEST_P(group_commit_test, two_processes_on_one_database) {
    constexpr int each = 300;
    add_conversation();
    recording_sink other_sink;
    const auto other = open(other_sink);
    std::vector<std::thread> processes;
    for (int p = 0; p < 2; ++p)
        processes.emplace_back([&, p] {
            auto& mine = p == 0 ? *store_ : *other;
            std::mt19937 random(static_cast<unsigned>(p));
            for (int i = 0; i < each; ++i) {
                mine.write(job(
                    [p, i](kernel::writing& w) {
                        say(w, 1'000 + p * each + i, fmt::format("{} of {}", i, p));
                        return true;
                    },
                    ended_.one()));
                if (random() % 8 == 0) EXPECT_FALSE(write(mine, acme, [](kernel::writing&) { return false; }));
            }
        });
    for (auto& one : processes) one.join();
    EXPECT_EQ(ended_.wait(), (expected{{"committed", 2 * each}}));
    expect_messages(2 * each);
    EXPECT_TRUE(sink_.wait_for(2 * each));
    EXPECT_TRUE(other_sink.wait_for(2 * each));
    EXPECT_THAT(sink_.heard(), SizeIs(2 * each));
    EXPECT_THAT(other_sink.heard(), SizeIs(2 * each));
    EXPECT_EQ(store_->counters().foreign_events.get(), each);
}

TEST_P(group_commit_test, a_group_changes_ends_of_conversations_and_more_of_others) {
    must_write([&](kernel::writing& w) {
        for (const std::int64_t id : {31, 32, 33}) w.insert(key(), make_conversation(id, "lobby"));
    });
    const auto speak = [&](kernel::writing& w, std::int64_t in, std::int64_t id) {
        auto where = *w.find_conversation(key(), conversation_id{in});
        where.last_message_at = noon + std::chrono::seconds(++where.last_sequence);
        w.update(key(), where);
        w.insert(key(), make_message(id, in, where.last_sequence, 11, "hello"));
        auto news = make_event(id % 2 == 0 ? "message.created" : "read.updated");
        news.conversation = where.id;
        w.append(std::move(news));
        return where;
    };
    must_write([&](kernel::writing& w) {
        speak(w, 31, 101);
        speak(w, 32, 102);
        auto renamed = speak(w, 32, 103);
        renamed.name = "garden";
        w.update(key(), renamed);
        speak(w, 32, 104);
        EXPECT_THAT(w.history(key(), conversation_id{32}, {}), SizeIs(3)) << "a query sees what waits";
        speak(w, 32, 105);
        speak(w, 33, 106);
    });
    must_write([&](kernel::writing& w) { speak(w, 33, 107); });
    must_read([&](kernel::reading& r) {
        for (const auto& [id, said, name] : {std::tuple{31, 1, "lobby"}, {32, 4, "garden"}, {33, 2, "lobby"}}) {
            const auto found = r.find_conversation(key(), conversation_id{id});
            ASSERT_TRUE(found);
            EXPECT_EQ(found->last_sequence, said);
            EXPECT_EQ(found->last_message_at, noon + std::chrono::seconds(said));
            EXPECT_EQ(found->name, name);
            EXPECT_THAT(r.history(key(), conversation_id{id}, {}), SizeIs(said));
        }
        EXPECT_THAT(r.events_after(0, 100), SizeIs(7));
    });
}

TEST_P(group_commit_test, another_process_changes_what_is_remembered) {
    must_write([](kernel::writing& w) { w.insert(make_user(11, "ann")); });
    must_write([](kernel::writing& w) { EXPECT_EQ(w.find_user(user_id{11})->role, "member"); });
    recording_sink other_sink;
    const auto other = open(other_sink);
    EXPECT_FALSE(write(*other, acme, [](kernel::writing& w) {  // and says so in no event
        auto ann = *w.find_user(user_id{11});
        ann.password_hash = "new";
        w.update(ann);
        return true;
    }));
    must_write([](kernel::writing& w) {
        auto ann = *w.find_user(user_id{11});
        ann.role = "admin";
        w.update(ann);
    });
    must_read([](kernel::reading& r) {
        EXPECT_EQ(r.find_user(user_id{11})->password_hash, "new");
        EXPECT_EQ(r.find_user(user_id{11})->role, "admin");
    });
    EXPECT_FALSE(write(*other, acme, [](kernel::writing& w) {
        w.append(make_event("user.updated"));
        return true;
    }));
    EXPECT_TRUE(sink_.wait_for(1)) << "heard although nothing is written here";
}

TEST_P(group_commit_test, tenants_do_not_mix) {
    add_tenant(tenant_id{2}, "other");
    held_writer held(*store_);
    for (int i = 0; i < 50; ++i) {
        auto one = job(
            [](kernel::writing& w) {
                w.append(make_event("x"));
                return true;
            },
            ended_.one());
        one.tenant = tenant_id{1 + i % 2};
        store_->write(std::move(one));
    }
    held.release();
    EXPECT_EQ(ended_.wait(), (expected{{"committed", 50}}));
    EXPECT_THAT(sink_.heard(), SizeIs(25));
    EXPECT_THAT(sink_.heard(tenant_id{2}), SizeIs(25));
    auto foreign = make_user(11, "ann");
    foreign.tenant = tenant_id{2};
    EXPECT_EQ(write(*store_, acme,
                    [&](kernel::writing& w) {
                        w.insert(foreign);
                        return true;
                    })
                  ->code,
              "internal");
}

TEST_P(group_commit_test, a_full_queue_refuses_at_once_and_stopping_finishes_what_waits) {
    recording_sink sink;
    auto small = open(sink, {.write_queue = 10});
    std::atomic<int> applied{0};
    {
        held_writer held(*small);
        const auto applies = [&](kernel::writing&) {
            ++applied;
            return false;
        };
        for (int i = 0; i < 10; ++i) small->write(job(applies, ended_.one()));
        std::optional<error> refused;
        small->write(job(applies, [&](std::optional<error> why) { refused = std::move(why); }));
        ASSERT_TRUE(refused);
        EXPECT_EQ(refused->code, "write_queue_full");
        EXPECT_EQ(refused->kind, fault::unavailable);
        std::thread stopping([&] { small->stop(); });
        held.release();
        stopping.join();
    }
    EXPECT_EQ(ended_.wait(), (expected{{"committed", 10}}));
    EXPECT_EQ(applied, 10);
    EXPECT_EQ(write(*small, acme, [](kernel::writing&) { return true; })->kind, fault::unavailable);
}

TEST_P(group_commit_test, little_memory_is_enough) {
    recording_sink sink;
    const auto small = open(sink, {.cached_rows = 3});
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(write(*small, acme, [&](kernel::writing& w) {
            w.insert(make_user(100 + i, fmt::format("u{}", i)));
            return true;
        }));
    EXPECT_GT(small->counters().cache_drops.get(), 3);
    EXPECT_LE(small->counters().cached_rows.get(), 3);
    EXPECT_FALSE(write(*small, acme, [](kernel::writing& w) {
        EXPECT_EQ(w.find_user(user_id{101})->username, "u1");
        return false;
    }));
}

TEST_P(group_commit_test, a_read_sees_one_moment) {
    add_conversation();
    must_read([&](kernel::reading& r) {
        const auto before = r.log_end();
        EXPECT_FALSE(write(*store_, acme, [](kernel::writing& w) {
            say(w, 1, "meanwhile");
            return true;
        }));
        EXPECT_EQ(before, 0);
        EXPECT_THAT(r.events_after(0, 10), SizeIs(0));
        EXPECT_THAT(history(r), SizeIs(0));
        EXPECT_EQ(r.find_conversation(key(), conversation_id{31})->last_sequence, 0);
    });
    expect_messages(1);
}

INSTANTIATE_TEST_SUITE_P(on, group_commit_test, ::testing::Values(engine::sqlite, engine::postgresql), name_of);

}  // namespace
}  // namespace parley::storage
