// ELF64, as far as finding a section takes: header, section table, names.
#include "plugins/elf_section.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

namespace parley::plugins {
namespace {

static_assert(std::endian::native == std::endian::little, "only libraries of this byte order are read");

#if defined(__x86_64__)
constexpr Elf64_Half own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half own_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr Elf64_Half own_machine = EM_RISCV;
#else
#error "name this machine's number in <elf.h>"
#endif

std::string_view machine_name(Elf64_Half of) {
    switch (of) {
        case EM_X86_64:
            return "x86-64";
        case EM_AARCH64:
            return "64-bit ARM";
        case EM_386:
            return "32-bit x86";
        case EM_ARM:
            return "32-bit ARM";
        case EM_RISCV:
            return "RISC-V";
        default:
            return "an unknown processor";
    }
}

std::unexpected<error> damaged(std::string_view what) {
    return invalid("elf_damaged", fmt::format("The file is damaged or cut short: {}.", what));
}

/// A struct at an offset, copied because nothing says that it is aligned.
template <class Struct>
std::optional<Struct> read_at(std::string_view file, std::uint64_t offset) {
    if (offset > file.size() || file.size() - offset < sizeof(Struct)) return std::nullopt;
    Struct made;
    std::memcpy(&made, file.data() + offset, sizeof made);
    return made;
}

std::optional<std::string_view> slice(std::string_view file, std::uint64_t offset, std::uint64_t size) {
    if (offset > file.size() || file.size() - offset < size) return std::nullopt;
    return file.substr(offset, size);
}

/// Whether this name stands there; looks no further than it is long.
bool is_named(std::string_view names, std::uint32_t offset, std::string_view name) {
    if (offset >= names.size() || names.size() - offset <= name.size()) return false;
    return names.substr(offset, name.size()) == name && names[offset + name.size()] == '\0';
}

result<Elf64_Ehdr> read_header(std::string_view file) {
    if (file.size() < EI_NIDENT || file.substr(0, SELFMAG) != std::string_view(ELFMAG, SELFMAG))
        return invalid("elf_not_library", "The file is not a shared library.");
    if (file[EI_CLASS] != ELFCLASS64 || file[EI_DATA] != ELFDATA2LSB)
        return invalid("elf_wrong_class", "The library is not one of 64 bits in little-endian order.");
    const auto header = read_at<Elf64_Ehdr>(file, 0);
    if (!header) return damaged("it ends within its header");
    if (header->e_machine != own_machine)
        return invalid("elf_wrong_machine", fmt::format("The library is for {}; this server runs on {}.",
                                                        machine_name(header->e_machine), machine_name(own_machine)));
    if (header->e_type != ET_DYN)
        return invalid("elf_not_library", "The file is a program or an object file, not a shared library.");
    if (header->e_shoff == 0 || header->e_shnum == 0)
        return invalid("elf_no_section", "The library has no table of sections; was it stripped of it?");
    if (header->e_shentsize != sizeof(Elf64_Shdr)) return damaged("its table of sections has another form");
    return *header;
}

}  // namespace

result<std::string_view> find_section(std::string_view file, std::string_view name) {
    const auto header = read_header(file);
    if (!header) return std::unexpected(header.error());
    const auto table = slice(file, header->e_shoff, std::uint64_t{header->e_shnum} * sizeof(Elf64_Shdr));
    if (!table) return damaged("its table of sections is not in it");
    const auto names_at = read_at<Elf64_Shdr>(*table, std::uint64_t{header->e_shstrndx} * sizeof(Elf64_Shdr));
    if (!names_at) return damaged("its names of sections are not in it");
    const auto names = slice(file, names_at->sh_offset, names_at->sh_size);
    if (!names || names_at->sh_type != SHT_STRTAB) return damaged("its names of sections are not in it");
    for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
        const auto one = read_at<Elf64_Shdr>(*table, i * sizeof(Elf64_Shdr));
        if (!one || !is_named(*names, one->sh_name, name)) continue;
        if (one->sh_type == SHT_NOBITS) return damaged(fmt::format("its section {} is empty", name));
        if ((one->sh_flags & SHF_COMPRESSED) != 0)
            return invalid("elf_damaged", fmt::format("The library's section {} is compressed.", name));
        const auto found = slice(file, one->sh_offset, one->sh_size);
        if (!found) return damaged(fmt::format("its section {} is not in it", name));
        return *found;
    }
    return invalid("elf_no_section", fmt::format("The library has no section {}, so it is not a plugin of Parley; "
                                                 "parley_add_plugin makes it.",
                                                 name));
}

}  // namespace parley::plugins
