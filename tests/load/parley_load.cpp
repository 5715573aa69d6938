// parley_load: plays scenes of many people against a server of its own and prints what they cost.
#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "load/descriptor_limit.hpp"
#include "load/measure.hpp"

namespace {

using namespace parley::load;

std::vector<std::string> names_of_scenes() {
    std::vector<std::string> names;
    for (const auto& one : all_scenes()) names.emplace_back(one.name);
    return names;
}

int play_all(const std::vector<std::string>& wanted, const std::vector<std::string>& databases, stage_options with) {
    bool complete = true;
    print_header(std::cout);
    for (const auto& database : databases)
        for (const auto& name : wanted) {
            with.database = database;
            const auto made = play(*find_scene(name), with);
            print(made, std::cout);
            std::cout.flush();
            complete = complete && made.complete;
        }
    return complete ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    CLI::App app("Measures Parley with many WebSockets. Exits with 1 when a message was lost or doubled.");
    std::vector<std::string> scenes;
    std::vector<std::string> databases{"sqlite"};
    stage_options with;
    with.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    app.add_option("scenes", scenes, "What to play")->required()->check(CLI::IsMember(names_of_scenes()));
    app.add_option("--database", databases, "sqlite, postgresql, or both with a comma")
        ->delimiter(',')
        ->check(CLI::IsMember({"sqlite", "postgresql"}));
    app.add_option("--programs", with.programs, "The folder of parleyd and parley");
    app.add_option("--warm-up", with.warm_up_seconds, "Seconds of talk before measuring");
    app.add_option("--window", with.window, "Messages on their way at most, instead of the scene's number");
    app.add_option("--contestant", with.contestant, "Who is measured: parley, or reference or peer on PostgreSQL")
        ->check(CLI::IsMember({"parley", "reference", "peer"}));
    app.add_option("--isolation", with.isolation, "Of the plugins in scenes with reloads")
        ->check(CLI::IsMember({"in_process", "process"}));
    app.add_option("--alongside", with.alongside, "A shell command to run while it is measured; it knows $PID");
    CLI11_PARSE(app, count, words);
    try {
        raise_descriptor_limit();
        return play_all(scenes, databases, with);
    } catch (const std::exception& why) {
        std::cerr << "parley_load: " << why.what() << '\n';
        return 2;
    }
}
