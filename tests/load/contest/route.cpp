// What a small JSON answer over HTTP costs, beside a server of Beast's examples that says as much and knows nothing.
#include <fmt/format.h>

#include <deque>
#include <memory>
#include <stdexcept>
#include <thread>

#include "load/contest/house.hpp"
#include "load/loopback.hpp"

namespace parley::load {
namespace {

constexpr std::size_t connections = 32;
constexpr std::chrono::seconds start_patience{60};

/// CPU microseconds for each request; every connection has one on its way.
double cost_of(std::uint16_t port, pid_t pid, const std::string& request, double seconds) {
    std::deque<http_connection> all;
    for (std::size_t i = 0; i < connections; ++i) all.emplace_back(port);
    const auto ask_all = [&] {
        for (auto& one : all) one.send(request);
        for (auto& one : all) static_cast<void>(one.receive());
    };
    ask_all();
    const auto cpu = cpu_seconds(pid, family::one_process);
    const auto until = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
    double asked = 0;
    for (; now_ns() < until; asked += static_cast<double>(connections)) ask_all();
    return (cpu_seconds(pid, family::one_process) - cpu) * 1e6 / asked;
}

class bare_server {
public:
    bare_server(const contest_options& with, const std::string& body)
        : port_(free_port()),
          process_({(with.programs / "parley_bare_beast").string(), std::to_string(port_), body},
                   folder_.path() / "bare.log") {
        const auto until = std::chrono::steady_clock::now() + start_patience;
        while (!answers(port_)) {
            if (!process_.running() || std::chrono::steady_clock::now() > until)
                throw std::runtime_error("parley_bare_beast did not start:\n" + tail_of(folder_.path() / "bare.log"));
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] pid_t pid() const { return process_.pid(); }

private:
    scratch_folder folder_;
    std::uint16_t port_;
    child_process process_;
};

finding one_route(const house& at, const contest_options& with, std::string_view path, const std::string& token) {
    const auto request = http_connection::request(path, token);
    const bare_server beside(with, http_connection(at.port()).get(path, token));
    std::vector<double> bare;
    std::vector<double> own;
    for (unsigned round = 0; round < with.rounds; ++round) {
        bare.push_back(cost_of(beside.port(), beside.pid(), request, with.seconds));
        own.push_back(cost_of(at.port(), at.pid(), request, with.seconds));
    }
    finding made{.what = {}, .unit = "CPU us / request"};
    made.reference = median_of(bare);
    made.parley = median_of(own);
    return made;
}

}  // namespace

std::vector<finding> route(const contest_options& with) {
    house at(with, "sqlite");
    at.settle_two({1});
    at.start();
    auto open = one_route(at, with, "/api/v1/server", "");
    open.what = "GET /api/v1/server beside a bare Beast server";
    open.wanted = aim{aim::of::ratio_at_most, 1.5};
    auto own = one_route(at, with, "/api/v1/users/me", at.token());
    own.what = "    GET /api/v1/users/me, with token and database";
    own.note = "told, not judged: the bare one reads no database";
    at.stop();
    return {open, own};
}

}  // namespace parley::load
