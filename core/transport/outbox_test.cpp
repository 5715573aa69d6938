// The outgoing queue against a real socket: order, number of writes, bounds.
#include "transport/outbox.hpp"

#include <future>
#include <type_traits>

#include <gtest/gtest.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>

#include "base/testing/scarce_memory.hpp"
#include "transport/frame.hpp"
#include "transport/test_server.hpp"

namespace parley::transport {
namespace {

using testing::eventually;
using tcp = boost::asio::ip::tcp;

// An I/O thread with one outbox, and the reader at the other end.
class outbox_test : public ::testing::Test {
protected:
    outbox_test() {
        tcp::acceptor acceptor{reading_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
        acceptor.set_option(tcp::socket::receive_buffer_size{16 * 1024});
        tcp_socket socket{home_.context()};
        socket.connect(acceptor.local_endpoint());
        reader_ = acceptor.accept();
        // Small, so that a few hundred kilobytes are more than the kernel takes.
        socket.set_option(tcp::socket::send_buffer_size{16 * 1024});
        box_ = std::make_shared<outbox>(home_, wire{std::move(socket)}, limit);
        home_.start();
    }
    ~outbox_test() override {
        on_home([&] { box_->close(); });
        home_.stop_and_join();
    }

    // Runs `work` in one turn of the loop and waits for it.
    template <class Work>
    std::invoke_result_t<Work&> on_home(Work work) {
        std::packaged_task<decltype(work())()> task{std::move(work)};
        auto done = task.get_future();
        boost::asio::post(home_.context(), [&task] { task(); });
        return done.get();
    }

    std::string read(std::size_t size) {
        std::string got(size, '\0');
        boost::system::error_code why;
        got.resize(boost::asio::read(reader_, boost::asio::buffer(got), why));
        return got;
    }

    outbox::outcome push(const shared_frame& of) { return box_->push(of, of->plain()); }

    static constexpr std::size_t limit = 1 << 20;
    census sessions_;
    std::atomic<int> faults_{0};
    io_thread::fault_sink on_fault_ = [this](std::string_view) { ++faults_; };
    io_thread home_{0, sessions_, on_fault_};
    boost::asio::io_context reading_;
    tcp::socket reader_{reading_};
    std::shared_ptr<outbox> box_;
};

TEST_F(outbox_test, a_thousand_frames_of_one_turn_leave_in_few_writes) {
    std::string expected;
    on_home([&] {
        for (int i = 0; i < 1000; ++i) {
            const auto made = make_frame("n" + std::to_string(i));
            expected += made->plain();
            EXPECT_EQ(push(made), outbox::outcome::queued);
        }
    });
    EXPECT_EQ(read(expected.size()), expected);
    const auto written = on_home([&] { return home_.counters().bytes_written.get(); });
    EXPECT_EQ(written, expected.size());
    EXPECT_LE(home_.counters().write_calls.get(), 4u);
}

TEST_F(outbox_test, nothing_is_written_before_the_turn_ends) {
    on_home([&] {
        EXPECT_EQ(push(make_frame("x")), outbox::outcome::queued);
        EXPECT_EQ(home_.counters().write_calls.get(), 0u);
        EXPECT_EQ(box_->queued_bytes(), 3u);
    });
    EXPECT_EQ(read(3), "\x81\x01x");
    EXPECT_EQ(on_home([&] { return box_->queued_bytes(); }), 0u);
}

TEST_F(outbox_test, partial_writes_lose_and_repeat_nothing) {
    std::string expected;
    on_home([&] {
        for (int i = 0; i < 90; ++i) {
            const auto made = make_frame(std::string(10'000, static_cast<char>('a' + i % 26)));
            expected += made->plain();
            ASSERT_EQ(push(made), outbox::outcome::queued);
        }
    });
    EXPECT_GT(on_home([&] { return box_->queued_bytes(); }), 0u) << "the kernel took everything: nothing was tested";
    EXPECT_EQ(read(expected.size()), expected);
    EXPECT_TRUE(eventually([&] { return on_home([&] { return box_->queued_bytes(); }) == 0; }));
}

TEST_F(outbox_test, a_full_queue_is_dropped_but_not_the_frame_on_its_way) {
    const auto made = make_frame(std::string(10'000, 'a'));
    int queued = 0;
    const auto last = on_home([&] {
        for (;; ++queued) {
            const auto outcome = push(made);
            if (outcome != outbox::outcome::queued) return outcome;
        }
    });
    EXPECT_EQ(last, outbox::outcome::overflow);
    EXPECT_EQ(static_cast<std::size_t>(queued), limit / made->plain().size());
    EXPECT_EQ(on_home([&] { return box_->queued_bytes(); }), 0u) << "nothing had been written: all could go";

    // Now with a frame half on the wire.
    on_home([&] {
        while (box_->queued_bytes() < limit / 2) EXPECT_EQ(push(made), outbox::outcome::queued);
    });
    const auto rest = on_home([&] {
        while (push(made) == outbox::outcome::queued) continue;
        return box_->queued_bytes();
    });
    EXPECT_LT(rest, made->plain().size());
    const auto end = make_frame("end");
    on_home([&] { EXPECT_EQ(push(end), outbox::outcome::queued); });
    // What arrives is whole frames and then the end.
    for (int frames = 0; frames < 1000; ++frames) {
        auto head = read(end->plain().size());
        if (head == end->plain()) return;
        ASSERT_EQ(head + read(made->plain().size() - head.size()), made->plain());
    }
    FAIL() << "no end";
}

TEST_F(outbox_test, an_empty_queue_takes_a_frame_over_the_limit) {
    const auto huge = make_frame(std::string(2 * limit, 'h'));
    on_home([&] { EXPECT_EQ(push(huge), outbox::outcome::queued); });
    EXPECT_EQ(read(huge->plain().size()), huge->plain());
}

TEST_F(outbox_test, a_unit_is_done_when_everything_before_it_is_written_too) {
    const auto made = make_frame(std::string(600'000, 'a'));
    std::promise<std::size_t> done;
    auto finished = done.get_future();
    on_home([&] {
        EXPECT_EQ(push(made), outbox::outcome::queued);
        box_->write("unit", [&](boost::system::error_code why, std::size_t size) {
            EXPECT_FALSE(why);
            done.set_value(size);
        });
    });
    EXPECT_EQ(finished.wait_for(std::chrono::seconds{0}), std::future_status::timeout) << "nobody has read yet";
    EXPECT_EQ(read(made->plain().size() + 4).substr(made->plain().size()), "unit");
    EXPECT_EQ(finished.get(), 4u);
}

TEST_F(outbox_test, a_unit_that_an_overflow_drops_is_done_without_an_error) {
    std::promise<boost::system::error_code> done;
    on_home([&] {
        const auto made = make_frame(std::string(limit / 2, 'a'));
        EXPECT_EQ(push(made), outbox::outcome::queued);
        box_->write("unit", [&](boost::system::error_code why, std::size_t) { done.set_value(why); });
        EXPECT_EQ(push(made), outbox::outcome::overflow);
    });
    EXPECT_FALSE(done.get_future().get());
}

TEST_F(outbox_test, what_is_queued_is_written_although_there_was_no_memory_for_a_moment) {
    if (!parley::testing::memory_can_end) GTEST_SKIP() << "a sanitizer has the memory";
    const auto made = make_frame("what is said");
    ASSERT_EQ(on_home([&] { return push(made); }), outbox::outcome::queued);
    ASSERT_EQ(read(made->plain().size()), made->plain());
    bool was_missing = true;
    for (std::size_t finds = 0; was_missing; ++finds) {
        const auto queued = on_home([&] {
            parley::testing::memory_ends_after(finds, parley::testing::want::once);
            try {
                static_cast<void>(push(made));
                static_cast<void>(push(made));
            } catch (const std::bad_alloc&) {
                EXPECT_TRUE(was_missing);
            }
            was_missing = parley::testing::memory_is_back();
            EXPECT_EQ(push(made), outbox::outcome::queued);
            return box_->queued_bytes();
        });
        ASSERT_EQ(read(queued).size(), queued);
        EXPECT_GE(queued, made->plain().size());
    }
}

TEST_F(outbox_test, a_unit_fails_when_the_reader_is_gone) {
    reader_.set_option(tcp::socket::linger{true, 0});
    reader_.close();
    const auto made = make_frame(std::string(100'000, 'a'));
    std::promise<boost::system::error_code> done;
    on_home([&] {
        EXPECT_EQ(push(made), outbox::outcome::queued);
        box_->write("unit", [&](boost::system::error_code why, std::size_t) { done.set_value(why); });
    });
    EXPECT_TRUE(done.get_future().get());
    EXPECT_EQ(on_home([&] { return push(made); }), outbox::outcome::ended);
    EXPECT_EQ(on_home([&] { return box_->queued_bytes(); }), 0u);
}

}  // namespace
}  // namespace parley::transport
