{#- A bound of the 95 % interval of a rate (Wilson): side is + or -; null without any trial. -#}
{% macro wilson_bound(hits, n, side) -%}
    {%- set z = 1.959964 -%}
    {%- set rate -%} ({{ ratio(hits, n) }}) {%- endset -%}
    (
        {{ rate }} + {{ z * z }} / (2 * nullif({{ n }}, 0))
        {{ side }} {{ z }} * sqrt(
            (
                {{ rate }} * (1 - {{ rate }}) + {{ z * z }} / (4 * nullif({{ n }}, 0))
            ) / nullif({{ n }}, 0)
        )
    ) / (1 + {{ z * z }} / nullif({{ n }}, 0))
{%- endmacro %}


{#- From how many trials on the rate of a link of the funnel may be a reference, or the link the weakest. -#}
{% macro weighty_link_n() -%} 20 {%- endmacro %}
