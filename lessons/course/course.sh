# shellcheck shell=bash disable=SC2154 # root is the waymark script's
# The words of the course are done by a program of ours, lessons/course/main.cc. Here it is built, with
# nothing but a compiler and a few libraries, and becomes this process: so it has the terminal, and
# Ctrl-C reaches it directly. The folders in which it compiles what learners write are set up when it
# asks for them, by `./waymark set-up`.

readonly course_words='list begin check watch hint solution reset demo doctor grade handout lesson prove capstone'

is_course_word() { [[ " $course_words " == *" $1 "* ]]; }

# run_course WORD OPTION...
run_course() {
    if [[ $1 == capstone && ${2:-} == --map ]]; then
        run_capstone_map "${@:3}"
        return
    fi
    need_packages course
    [[ $1 != capstone ]] || prepare_capstone
    set_up build course
    ninja_in build lessons/course/course
    exec "$root/build/lessons/course/course" --root "$root" --build "$root/build" \
        --build-address "$root/build-sanitize" --build-thread "$root/build-threads" "$@"
}

# The learner's server is built and tested as ours is.
prepare_capstone() {
    need_packages course server capstone
    set_up build course server tests
}

# run_set_up FOLDER: for the course program.
run_set_up() {
    (($# == 1)) || refuse "set-up takes the name of one build folder"
    set_up "$1" course
}
