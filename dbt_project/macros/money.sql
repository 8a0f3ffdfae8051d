{#- An amount in the corporate currency (0.12): divided by the rate, rounded half up to cents. Done
    in whole numbers where the database divides decimals as floating point: 1.005 is no double. -#}
{% macro corporate_amount(amount, rate) -%}
    {{ return(adapter.dispatch('corporate_amount')(amount, rate)) }}
{%- endmacro %}

{% macro default__corporate_amount(amount, rate) -%}
    {{ as_money('round(' ~ amount ~ ' / nullif(' ~ rate ~ ', 0), 2)') }}
{%- endmacro %}

{% macro duckdb__corporate_amount(amount, rate) -%}
    {%- set amount_nanos -%} cast({{ amount }} * 1000000000 as hugeint) {%- endset -%}
    {%- set rate_nanos -%} nullif(cast({{ rate }} * 1000000000 as hugeint), 0) {%- endset -%}
    {{ as_money(
        'cast(sign(' ~ amount ~ ') * ((abs(' ~ amount_nanos ~ ') * 200 + ' ~ rate_nanos ~ ') // (2 * '
        ~ rate_nanos ~ ')) as decimal(38, 0)) * 0.01'
    ) }}
{%- endmacro %}


{#- Nothing won is an amount of 0; something won at amounts nobody knows is unknown (null). -#}
{% macro amount_won(won, known_amount) -%}
    {{ as_money('case when ' ~ won ~ ' = 0 then 0 else ' ~ known_amount ~ ' end') }}
{%- endmacro %}


{#- A computed amount in cents, halves up: what floating point leaves beyond a millionth is noise. -#}
{% macro cents_of(amount) -%}
    {{ as_money('cast(' ~ amount ~ ' as decimal(28, 6))') }}
{%- endmacro %}
