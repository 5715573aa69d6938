// How long somebody who missed 1,000 events waits for them: from connecting until the last of them and "resumed" are
// read.
#include <poll.h>

#include <stdexcept>
#include <string>

#include "load/client.hpp"
#include "load/contest/house.hpp"
#include "load/loopback.hpp"

namespace parley::load {
namespace {

constexpr std::uint64_t missed = 1'000;
constexpr unsigned times = 11;
constexpr int patience_ms = 60'000;

/// Parley's, of somebody who was here before.
class returning final : public language {
public:
    explicit returning(std::int64_t since) : since_(since) {}
    std::string path(std::string_view token) const override { return plain_.path(token); }
    std::string headers(std::string_view token) const override { return plain_.headers(token); }
    remark kind_of(std::string_view frame) const override { return plain_.kind_of(frame); }
    std::string reply_to(std::string_view, std::string_view) const override {
        return R"({"id":"r","command":"resume","data":{"since":)" + std::to_string(since_) + "}}";
    }
    std::int64_t number_of(std::string_view frame) const override { return plain_.number_of(frame); }
    std::int64_t time_in(std::string_view delivery) const override { return plain_.time_in(delivery); }
    std::string say(std::uint64_t number, std::string_view room, std::string_view text) const override {
        return plain_.say(number, room, text);
    }

private:
    const language& plain_ = parley_language();
    std::int64_t since_;
};

double milliseconds_to_return(const house& at, const language& speaking, std::vector<char>& buffer) {
    tally seen;
    client one;
    const auto began = now_ns();
    one.open(at.port(), at.token(), speaking);
    while (one.at() != client::stage::live || seen.deliveries < missed) {
        pollfd waiting{.fd = one.socket(), .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, patience_ms) != 1) throw std::runtime_error("resume does not come to its end");
        one.readable(buffer, seen);
        one.flush();
        if (seen.closed + seen.problems > 0) throw std::runtime_error("resume was refused: " + seen.first_problem);
    }
    const auto took = static_cast<double>(now_ns() - began) * 1e-6;
    if (seen.deliveries != missed) throw std::runtime_error("resume brought what was not missed");
    return took;
}

finding play_on(const std::string& database, const contest_options& with) {
    house at(with, database);
    at.settle_two({missed + 100});
    at.start();
    const auto log_end =
        number_behind(http_connection(at.port()).get("/api/v1/snapshot", at.token()), R"("position":)");
    const returning speaking(log_end - static_cast<std::int64_t>(missed));
    std::vector<char> buffer(std::size_t{4} << 20);
    std::vector<double> took;
    for (unsigned i = 0; i < times; ++i) took.push_back(milliseconds_to_return(at, speaking, buffer));
    at.stop();
    finding made{.what = "connect and resume with 1,000 missed events", .unit = "ms"};
    made.parley = median_of(took);
    made.wanted = aim{aim::of::value_at_most, 50};
    made.note = at.database();
    return made;
}

}  // namespace

std::vector<finding> resume(const contest_options& with) {
    std::vector<finding> found;
    for (const auto& database : with.databases) found.push_back(play_on(database, with));
    return found;
}

}  // namespace parley::load
