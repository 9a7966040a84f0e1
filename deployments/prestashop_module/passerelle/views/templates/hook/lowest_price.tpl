{**
 * Part of the module Passerelle.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 *}
<p class="passerelle-lowest-price">
  {if $passerelle_lowest.is_new}{l s='Lowest price since it came on sale, before this reduction:' mod='passerelle'}{else}{l s='Lowest price of the 30 days before this reduction:' mod='passerelle'}{/if}
  <strong>{$passerelle_lowest.price|escape:'html':'UTF-8'}</strong>
</p>
