// Whether a long past costs anything: pages of a conversation of a million messages and of one of 1,000, and the start
// of a server that holds them.
#include <fmt/format.h>

#include <algorithm>

#include "load/contest/house.hpp"
#include "load/loopback.hpp"

namespace parley::load {
namespace {

constexpr std::size_t many = 1'000'000;
constexpr std::size_t few = 1'000;
constexpr unsigned pages = 300;
constexpr unsigned starts = 3;

double milliseconds_of_a_page(http_connection& over, const house& at, std::size_t room, std::size_t before) {
    const auto began = now_ns();
    const auto body = over.get(
        fmt::format("/api/v1/conversations/{}/messages?limit=50&before={}", at.people().rooms[room].id, before),
        at.token());
    const auto took = static_cast<double>(now_ns() - began) * 1e-6;
    if (std::ranges::count(body, '{') < 50) throw std::runtime_error("a page without its messages");
    return took;
}

/// Pages in the middle, one of each in turns. The reference is the short conversation.
finding page_beside_page(house& at) {
    http_connection over(at.port());
    std::vector<double> of_many;
    std::vector<double> of_few;
    for (unsigned i = 0; i < pages; ++i) {
        // Each time another place: nobody reads the same page twice.
        of_many.push_back(milliseconds_of_a_page(over, at, 0, 60 + (std::size_t{i} * 7919 * 97) % (many - 60)));
        of_few.push_back(milliseconds_of_a_page(over, at, 1, 60 + (std::size_t{i} * 7919) % (few - 60)));
    }
    finding made{.what = "page of 50: of 1,000,000 messages beside 1,000", .unit = "ms, reference: 1,000"};
    made.reference = median_of(of_few);
    made.parley = median_of(of_many);
    made.wanted = aim{aim::of::ratio_at_most, 1.2};
    made.note = at.database();
    return made;
}

void play_on(const std::string& database, const contest_options& with, std::vector<finding>& found) {
    house at(with, database);
    at.settle_two({many, few});
    std::vector<double> starting;
    for (unsigned i = 0; i < starts; ++i) {
        if (i > 0) at.stop();
        const auto began = now_ns();
        at.start();
        starting.push_back(static_cast<double>(now_ns() - began) * 1e-9);
    }
    finding start{.what = "start with a million messages, until it is ready", .unit = "s"};
    start.parley = median_of(starting);
    start.wanted = aim{aim::of::value_at_most, 2};
    start.note = at.database();
    found.push_back(page_beside_page(at));
    found.push_back(start);
    at.stop();
}

}  // namespace

std::vector<finding> long_history(const contest_options& with) {
    std::vector<finding> found;
    for (const auto& database : with.databases) play_on(database, with, found);
    return found;
}

}  // namespace parley::load
