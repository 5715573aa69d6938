// The loop: sockets that have something are read, speakers that may speak do, and what they said is flushed.
#include "load/crowd.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace parley::load {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr std::size_t buffer_bytes = 4 << 20;
constexpr std::size_t opening_at_once = 64;
constexpr std::size_t speakers_of_one_room = 16;
constexpr std::size_t clients_of_one_address = 4'000;
constexpr unsigned most_in_flight = 16;  // the server reads no more of one connection
constexpr auto open_patience = 300s;
constexpr auto quiet = 500ms;

/// Of all crowds of this process that are gone.
std::uint64_t numbers_used = 0;

/// 200 bytes that begin with the time.
std::string words_of(std::int64_t now) {
    constexpr std::string_view rest =
        " The quick brown fox jumps over the lazy dog, and nobody minds; it is only there so that the line has the "
        "length of an ordinary message, with a comma here and a full stop at its very end.......";
    auto text = fmt::format("t{:019}{}", now, rest);
    text.resize(200, '.');
    return text;
}

}  // namespace

crowd::crowd(std::uint16_t port, const population& who, const language& speaking)
    : port_(port), who_(who), speaking_(speaking), buffer_(buffer_bytes), first_number_(numbers_used) {
    for (std::size_t i = 0; i < who.people.size(); ++i) clients_.emplace_back();
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    choose_speakers();
}

crowd::~crowd() {
    numbers_used = first_number_ + sent_;
    ::close(epoll_);
}

void crowd::choose_speakers() {
    if (who_.rooms.size() == 1) {
        const auto& here = who_.rooms.front();
        const auto step = std::max<std::size_t>(1, here.members.size() / speakers_of_one_room);
        for (std::size_t k = 0; k < here.members.size() && speakers_.size() < speakers_of_one_room; k += step)
            speakers_.push_back({&clients_[here.members[k]], &here});
        return;
    }
    for (const auto& here : who_.rooms) speakers_.push_back({&clients_[here.members.front()], &here});
}

void crowd::watch(client& one) {
    epoll_event what{};
    what.events = EPOLLIN;
    what.data.ptr = &one;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, one.socket(), &what) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

std::size_t crowd::count(client::stage at) const {
    return static_cast<std::size_t>(std::ranges::count(clients_, at, &client::at));
}

void crowd::open() {
    const auto until = steady::now() + open_patience;
    std::size_t opened = 0;
    while (count(client::stage::live) < clients_.size()) {
        const auto live = count(client::stage::live);
        while (opened < clients_.size() && opened - live < opening_at_once) {
            auto& one = clients_[opened];
            const auto from = static_cast<unsigned char>(1 + opened / clients_of_one_address);
            one.open(port_, who_.people[opened].token, speaking_, from);
            watch(one);
            ++opened;
        }
        turn(100ms);
        if (seen_.closed > 0 || seen_.problems > 0)
            throw std::runtime_error("a connection was refused or ended while opening: " + seen_.first_problem);
        if (steady::now() > until) throw std::runtime_error("the connections did not open in time");
    }
    // Presence of so many is told to so many; that belongs to opening and not to what is measured afterwards.
    // Pings and their answers go on for ever.
    auto heard = seen_.other_events;
    for (auto last = steady::now(); steady::now() - last < quiet;) {
        turn(50ms);
        if (std::exchange(heard, seen_.other_events) != seen_.other_events) last = steady::now();
        if (steady::now() > until) throw std::runtime_error("it does not become quiet after opening");
    }
}

int crowd::turn(std::chrono::milliseconds patience) {
    std::array<epoll_event, 512> ready;
    const int found = ::epoll_wait(epoll_, ready.data(), ready.size(), static_cast<int>(patience.count()));
    for (int i = 0; i < found; ++i) {
        auto& one = *static_cast<client*>(ready[static_cast<std::size_t>(i)].data.ptr);
        one.readable(buffer_, seen_);
        if (one.wants_to_write()) to_flush_.push_back(&one);
    }
    std::erase_if(to_flush_, [](client* one) {
        one->flush();
        return !one->wants_to_write();
    });
    return std::max(found, 0);
}

bool crowd::say_something() {
    for (std::size_t tried = 0; tried < speakers_.size(); ++tried) {
        const auto& one = speakers_[next_];
        next_ = (next_ + 1) % speakers_.size();
        if (one.who->in_flight() >= most_in_flight || one.who->at() != client::stage::live) continue;
        const auto now = now_ns();
        const auto members = one.where->members.size();
        const auto number = first_number_ + sent_;
        seen_.send_of(number) = {now, static_cast<std::uint32_t>(members)};
        one.who->send_message(number, one.where->id, words_of(now));
        to_flush_.push_back(one.who);
        ++sent_;
        expected_ += members;
        return true;
    }
    return false;
}

void crowd::speak(const pace& how, std::int64_t began, std::uint64_t sent_before) {
    const auto each = expected_ / std::max<std::uint64_t>(1, sent_);
    const auto members = std::max<std::uint64_t>(each, who_.rooms.front().members.size());
    while (expected() - seen_.deliveries + members <= how.window * members &&
           sent_ - seen_.answers - seen_.problems < how.window) {
        const auto due = static_cast<std::uint64_t>(static_cast<double>(now_ns() - began) * 1e-9 * how.per_second);
        if (how.per_second > 0 && sent_ - sent_before >= due) return;
        if (!say_something()) return;
    }
}

void crowd::talk(const pace& how, std::chrono::duration<double> how_long) {
    const auto began = now_ns();
    const auto before = sent_;
    const auto until = began + static_cast<std::int64_t>(how_long.count() * 1e9);
    while (now_ns() < until) {
        if (!speakers_.empty()) speak(how, began, before);
        turn(to_flush_.empty() ? 1ms : 0ms);
        if (seen_.closed > 0) throw std::runtime_error("the server ended a connection under load");
    }
}

bool crowd::hear_everything(std::chrono::seconds patience) {
    const auto until = steady::now() + patience;
    while (seen_.deliveries < expected() || seen_.answers + seen_.problems < sent_) {
        turn(10ms);
        if (seen_.closed > 0 || steady::now() > until) return false;
    }
    // One that was doubled would come now; pings of so many come all the time.
    for (auto last = steady::now(); steady::now() - last < 50ms && steady::now() < until;) {
        const auto heard = seen_.deliveries;
        turn(10ms);
        if (seen_.deliveries != heard) last = steady::now();
    }
    return seen_.deliveries == expected();
}

}  // namespace parley::load
