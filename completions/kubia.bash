# bash completion for kubia                                -*- shell-script -*-
# shellcheck shell=bash
# Speaks cobra's `__complete` protocol. Needs no bash-completion, and never evaluates what was typed.

__kubia_debug() {
    [[ -z ${BASH_COMP_DEBUG_FILE-} ]] || printf '%s\n' "$*" >>"$BASH_COMP_DEBUG_FILE"
}

# Take one level of quoting off $1 without evaluating it: $NAME and ${NAME} are looked up, `...` and $(...) stay text.
# The result is in REPLY, a quote that is still open in __kubia_quote.
__kubia_unquote() {
    local text=$1 out='' letter next quote='' i=0
    while ((i < ${#text})); do
        letter=${text:i:1}
        if [[ $quote == "'" ]]; then
            if [[ $letter == "'" ]]; then quote=''; else out+=$letter; fi
        else
            case $letter in
                \\)
                    next=${text:i+1:1}
                    if [[ -z $quote || $next == [\"\\\$\`] ]]; then
                        ((i++))
                        out+=$next
                    else
                        out+=$letter
                    fi
                    ;;
                \") if [[ $quote ]]; then quote=''; else quote=$letter; fi ;;
                \') if [[ $quote ]]; then out+=$letter; else quote=$letter; fi ;;
                \$)
                    if [[ ${text:i} =~ ^\$(\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*)) ]]; then
                        next=${BASH_REMATCH[2]}${BASH_REMATCH[3]}
                        out+=${!next-}
                        ((i += ${#BASH_REMATCH[0]} - 1))
                    else
                        out+=$letter
                    fi
                    ;;
                *) out+=$letter ;;
            esac
        fi
        ((i++))
    done
    [[ -n $quote || $1 != \~/* ]] || out=$HOME${out:1}
    REPLY=$out __kubia_quote=$quote
}

# The words up to the cursor in __kubia_words, joined again where COMP_WORDBREAKS (: = @ ...) split them; the piece that
# readline will replace in __kubia_piece.
__kubia_split() {
    local line=${COMP_LINE:0:COMP_POINT} word='' space i
    __kubia_words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i == COMP_CWORD)) && [[ $line != *"$word"* ]]; then # the cursor is inside the word
            while [[ -n $word && $line != *"$word" ]]; do word=${word%?}; done
        fi
        space=${line%%[![:space:]]*}
        if [[ -z $space && $i -gt 0 ]]; then
            __kubia_words[${#__kubia_words[@]} - 1]+=$word
        else
            __kubia_words+=("$word")
        fi
        line=${line#"$space"}
        line=${line#"$word"}
    done
    __kubia_piece=$word
}

# COMPREPLY from the files or directories that fit $1, by the directive and the lines in __kubia_lines.
__kubia_files() {
    local current=$1 directive=$2 file ending
    compopt -o filenames +o default 2>/dev/null
    if ((directive & 16)); then
        while IFS= read -r file; do COMPREPLY+=("$file"); done < <(
            cd -- "${__kubia_lines[0]:-.}" 2>/dev/null && compgen -d -- "$current"
        )
        return
    fi
    while IFS= read -r file; do
        if [[ -d $file ]]; then
            COMPREPLY+=("$file")
        else
            for ending in "${__kubia_lines[@]}"; do
                [[ $file != *."$ending" ]] || COMPREPLY+=("$file")
            done
        fi
    done < <(compgen -f -- "$current")
}

# COMPREPLY from __kubia_lines: the value alone where it is to be inserted, with its description where it is listed.
# $1 is what stands before the piece that readline replaces, $2 an open quote.
__kubia_values() {
    local before=$1 quote=$2 tab=$'\t' line name text room common longest=0 single=0
    ((${#__kubia_lines[@]} != 1)) || single=1
    case ${COMP_TYPE-} in 37 | 42) single=1 ;; esac # menu-complete and insert-completions insert what they get
    for line in "${__kubia_lines[@]}"; do
        name=${line%%"$tab"*}
        ((${#name} <= longest)) || longest=${#name}
    done
    for line in "${__kubia_lines[@]}"; do
        name=${line%%"$tab"*}
        if ((single)); then
            name=${name#"$before"}
            [[ -n $quote ]] || printf -v name %q "$name"
            COMPREPLY+=("${name//\\,/,}") # %q quotes more than needs it
        elif [[ $line == *"$tab"* ]]; then
            text=${line#*"$tab"}
            room=$((${COLUMNS:-80} - longest - 4))
            if ((room < 8)); then
                room=$((${COLUMNS:-80} - ${#name} - 4))
            else
                printf -v name "%-${longest}s" "$name"
            fi
            ((${#text} <= room)) || text=${text:0:room > 1 ? room - 1 : 0}…
            COMPREPLY+=("${name#"$before"}  ($text)")
        else
            COMPREPLY+=("${name#"$before"}")
        fi
    done
    # readline would insert the common part of several names unquoted: where it needs quotes, it is inserted here.
    if ((!single && ${#__kubia_lines[@]} > 1)) && [[ -z $quote ]]; then
        common=${__kubia_lines[0]%%"$tab"*}
        for line in "${__kubia_lines[@]}"; do
            name=${line%%"$tab"*}
            while [[ $name != "$common"* ]]; do common=${common%?}; done
        done
        if ((${#common} > ${#__kubia_current})); then
            printf -v name %q "${common#"$before"}"
            name=${name//\\,/,}
            if [[ $name != "${common#"$before"}" ]]; then
                COMPREPLY=("$name")
                compopt -o nospace 2>/dev/null
            fi
        fi
    fi
}

__start_kubia() {
    local -a __kubia_words=() __kubia_lines=() args=() help=()
    local __kubia_piece='' __kubia_quote='' __kubia_current='' REPLY='' out line directive raw program before i
    COMPREPLY=()
    __kubia_split
    raw=${__kubia_words[${#__kubia_words[@]} - 1]}
    for ((i = 1; i < ${#__kubia_words[@]}; i++)); do
        __kubia_unquote "${__kubia_words[i]}"
        args+=("$REPLY")
    done
    __kubia_current=$REPLY
    local quote=$__kubia_quote
    # The program is called by the word that was typed, so that an alias and ./kubia work: that word is only letters,
    # digits and a path's signs, and every argument is quoted.
    program=${__kubia_words[0]}
    [[ $program =~ ^[A-Za-z0-9_./~+-]+$ ]] || program=kubia
    line="$program __complete$(printf ' %q' "${args[@]}")"
    __kubia_debug "calling: $line"
    out=$(eval "$line" 2>/dev/null </dev/null)
    directive=${out##*:}
    [[ $out == *:* && $directive =~ ^[0-9]+$ ]] || return 0
    out=${out%:*}
    __kubia_debug "directive: $directive"$'\n'"$out"
    ! ((directive & 1)) || return 0
    if type compopt &>/dev/null; then
        ! ((directive & 2)) || compopt -o nospace
        ! ((directive & 4)) || compopt +o default
        ! ((directive & 32)) || compopt -o nosort 2>/dev/null
    fi
    [[ $__kubia_current != -*=* ]] || __kubia_current=${__kubia_current#*=} # of --flag=value only the value is answered
    while IFS= read -r line; do
        if [[ $line == '_activeHelp_ '* ]]; then
            help+=("${line#_activeHelp_ }")
        elif [[ -n $line ]] && { ((directive & 24)) || [[ $line == "$__kubia_current"* ]]; }; then
            __kubia_lines+=("$line")
        fi
    done <<<"$out"

    if ((directive & 24)); then
        __kubia_files "$__kubia_current" "$directive"
        return 0
    fi
    before=${raw%"$__kubia_piece"}
    [[ $COMP_WORDBREAKS != *"$__kubia_piece"* || ${#__kubia_piece} -ne 1 ]] || before=$raw
    [[ $before != *@ || $COMP_WORDBREAKS != *@* ]] || before=${before%@} # readline keeps @ with the word
    __kubia_unquote "$before"
    before=$REPLY
    [[ $before != -*=* ]] || before=${before#*=}
    ((${#__kubia_lines[@]} == 0)) || __kubia_values "$before" "$quote"

    if ((${#help[@]})) && [[ ${COMP_TYPE:-63} == 63 || ${COMP_TYPE:-63} == 37 ]]; then
        printf '\n'
        printf '%s\n' "${help[@]}"
        if ((${#COMPREPLY[@]})); then
            printf -- '--'
        else
            (printf '%s' "${PS1@P}") 2>/dev/null
            printf '%s' "$COMP_LINE"
        fi
    fi
    return 0
}

complete -o default -F __start_kubia kubia
# More names are served here: kubia completion bash --alias NAME
