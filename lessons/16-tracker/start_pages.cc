#include "start_pages.hh"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace waymark::tracker {
namespace {

// Pages that the linker has corrected are in segments that may be written, at first (RELRO), and
// would come back without the corrections. An old library may have some in its code.
bool is_corrected_in_code(const dl_phdr_info& object) {
    for (std::size_t i = 0; i < object.dlpi_phnum; ++i) {
        if (object.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
        const auto* entry =
            reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; ++entry)
            if (entry->d_tag == DT_TEXTREL ||
                (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0))
                return true;
    }
    return false;
}

// The whole pages of the segment: at its rims another one might lie.
void let_go(std::uintptr_t begin, std::uintptr_t size) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const std::uintptr_t first = (begin + page - 1) / page * page;
    const std::uintptr_t end = (begin + size) / page * page;
    // It is advice: where the kernel does not take it, the pages stay.
    if (end > first) ::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
}

int let_go_of(dl_phdr_info* object, std::size_t, void*) {
    if (is_corrected_in_code(*object)) return 0;
    for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = object->dlpi_phdr[i];
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0)
            let_go(object->dlpi_addr + segment.p_vaddr, segment.p_memsz);
    }
    return 0;
}

}  // namespace

void let_start_pages_go() {
    ::dl_iterate_phdr(let_go_of, nullptr);
}

}  // namespace waymark::tracker
