// Fills an empty database with people, their tokens and their conversations, in a few transactions.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace parley::load {

struct person {
    std::string token;
};

struct room {
    std::string id;
    std::vector<std::size_t> members;  ///< indexes of people
};

struct population {
    std::vector<person> people;
    std::vector<room> rooms;
};

/// `rooms` conversations of `members_each`, spread so that everybody is in about equally many. Uses the kernel itself,
/// so the rows are those that the API would have made. The server must not be running. Throws std::runtime_error.
[[nodiscard]] population seed(const std::filesystem::path& config, const std::string& tenant, std::size_t people,
                              std::size_t rooms, std::size_t members_each);

}  // namespace parley::load
