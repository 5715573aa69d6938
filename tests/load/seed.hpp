// Fills an empty database with people, their tokens and their conversations, in a few transactions.
#pragma once

#include <filesystem>
#include <string>

#include "load/population.hpp"

namespace parley::load {

/// What plan() plans, with the server's tokens and ids. Uses the kernel itself, so the rows are those that the API
/// would have made. The server must not be running. Throws std::runtime_error.
[[nodiscard]] population seed(const std::filesystem::path& config, const std::string& tenant, std::size_t people,
                              std::size_t rooms, std::size_t members_each);
/// The same of any plan.
[[nodiscard]] population seed(const std::filesystem::path& config, const std::string& tenant, population planned);

/// So many conversations of two, spread over so many new tenants. Gives the first member of each, who is the only one
/// with a token, and each conversation with this member alone. Throws like seed().
[[nodiscard]] population seed_tenants(const std::filesystem::path& config, std::size_t tenants, std::size_t rooms);

/// So many messages of 200 bytes, all by one member. The server must not be running. Throws std::runtime_error.
void fill(const std::filesystem::path& config, const std::string& tenant, const room& where, const person& author,
          std::size_t messages);

}  // namespace parley::load
