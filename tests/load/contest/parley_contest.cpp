// parley_contest: plays contests and prints one table of what was aimed at and what came of it.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "load/contest/contest.hpp"
#include "load/descriptor_limit.hpp"

namespace {

using namespace parley::load;

std::vector<std::string> names(bool with_hidden) {
    std::vector<std::string> all;
    for (const auto& one : all_contests())
        if (with_hidden || !one.hidden) all.emplace_back(one.name);
    return all;
}

/// What was found until something could not be played is printed all the same.
int play_all(const std::vector<std::string>& wanted, const contest_options& with) {
    std::vector<finding> table;
    int code = 0;
    for (const auto& one : all_contests()) {
        if (std::ranges::find(wanted, one.name) == wanted.end()) continue;
        std::cerr << "playing " << one.name << ": " << one.sentence << '\n';
        try {
            const auto found = one.play(with);
            table.insert(table.end(), found.begin(), found.end());
        } catch (const std::exception& why) {
            std::cerr << "parley_contest: " << one.name << ": " << why.what() << '\n';
            code = 1;
        }
    }
    print(table, std::cout);
    return code;
}

}  // namespace

int main(int count, char** words) {
    CLI::App app("Measures parleyd beside a reference and a peer. Exits with 1 when something was lost or doubled.");
    auto wanted = names(false);
    contest_options with;
    bool without_peer = false;
    with.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    app.add_option("contests", wanted, "What to play; all when nothing is named")->check(CLI::IsMember(names(true)));
    app.add_option("--rounds", with.rounds, "How often everybody plays, in turns")->check(CLI::Range(1, 100));
    app.add_option("--seconds", with.seconds, "Measured in each round");
    app.add_option("--warm-up", with.warm_up_seconds, "Seconds of talk before measuring");
    app.add_option("--programs", with.programs, "The folder of the programs");
    app.add_option("--database", with.databases, "Of contests without a reference and a peer; both if not given")
        ->delimiter(',')
        ->check(CLI::IsMember({"sqlite", "postgresql"}));
    app.add_flag("--no-peer", without_peer, "Without Node and what npm installs for it");
    CLI11_PARSE(app, count, words);
    with.with_peer = !without_peer;
    try {
        raise_descriptor_limit();
        return play_all(wanted, with);
    } catch (const std::exception& why) {
        std::cerr << "parley_contest: " << why.what() << '\n';
        return 2;
    }
}
