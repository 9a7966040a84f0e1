<?php
/**
 * Part of the module Passerelle.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
global $_MODULE;
$_MODULE = [];
$_MODULE['<{passerelle}prestashop>passerelle_069b6ad7b774de94c93b9461789b324f'] = 'Passerelle';
$_MODULE['<{passerelle}prestashop>passerelle_d1292085404fd7e17e21717cd16d375a'] = 'Ajoute au webservice ce dont un ERP a besoin : retours de marchandises, civilités, ventes des magasins, stocks et prix par référence.';
$_MODULE['<{passerelle}prestashop>order_documents_e9b149d0de9c42d02096f285d509c2ac'] = 'Livraisons et documents';
$_MODULE['<{passerelle}prestashop>order_documents_1f214e8d0c9ae76791dd4728972ed680'] = 'Livraison prévue :';
$_MODULE['<{passerelle}prestashop>order_documents_a240fa27925a635b08dc28c9e4f9216d'] = 'Commande';
$_MODULE['<{passerelle}prestashop>order_documents_9a5f09cf66e692efdae493ce4c9aa64f'] = 'Préparation';
$_MODULE['<{passerelle}prestashop>order_documents_c2fd3b24e63ad1fb7e054a60c5220044'] = 'Bon de livraison';
$_MODULE['<{passerelle}prestashop>order_documents_466eadd40b3c10580e3ab4e8061161ce'] = 'Facture';
$_MODULE['<{passerelle}prestashop>order_documents_f338661e49910d0dd2c215146b307f2e'] = 'Avoir';
$_MODULE['<{passerelle}prestashop>order_documents_a149e85a44aeec9140e92733d9ed694e'] = 'Annulé';
$_MODULE['<{passerelle}prestashop>order_documents_7d74f3b92b19da5e606d737d339a9679'] = 'Article';
$_MODULE['<{passerelle}prestashop>order_documents_694e8d1f2ee056f98ee488bdc4982d73'] = 'Quantité';
$_MODULE['<{passerelle}prestashop>order_documents_f38e9081d395bb971dd1bf81f65f22e6'] = 'Colis';
$_MODULE['<{passerelle}prestashop>admin_order_documents_51e3e767e2a82c571b226065af86aeff'] = 'Documents de l\'ERP';
$_MODULE['<{passerelle}prestashop>admin_order_documents_1f214e8d0c9ae76791dd4728972ed680'] = 'Livraison prévue :';
$_MODULE['<{passerelle}prestashop>admin_order_documents_a240fa27925a635b08dc28c9e4f9216d'] = 'Commande';
$_MODULE['<{passerelle}prestashop>admin_order_documents_9a5f09cf66e692efdae493ce4c9aa64f'] = 'Préparation';
$_MODULE['<{passerelle}prestashop>admin_order_documents_c2fd3b24e63ad1fb7e054a60c5220044'] = 'Bon de livraison';
$_MODULE['<{passerelle}prestashop>admin_order_documents_466eadd40b3c10580e3ab4e8061161ce'] = 'Facture';
$_MODULE['<{passerelle}prestashop>admin_order_documents_f338661e49910d0dd2c215146b307f2e'] = 'Avoir';
$_MODULE['<{passerelle}prestashop>admin_order_documents_a149e85a44aeec9140e92733d9ed694e'] = 'Annulé';
$_MODULE['<{passerelle}prestashop>admin_order_documents_7d74f3b92b19da5e606d737d339a9679'] = 'Article';
$_MODULE['<{passerelle}prestashop>admin_order_documents_694e8d1f2ee056f98ee488bdc4982d73'] = 'Quantité';
$_MODULE['<{passerelle}prestashop>admin_order_documents_f38e9081d395bb971dd1bf81f65f22e6'] = 'Colis';
$_MODULE['<{passerelle}prestashop>order_documents_44749712dbec183e983dcd78a7736c41'] = 'Date';
$_MODULE['<{passerelle}prestashop>order_documents_96b0141273eabab320119c467cdcaf17'] = 'Total TTC';
$_MODULE['<{passerelle}prestashop>admin_order_documents_44749712dbec183e983dcd78a7736c41'] = 'Date';
$_MODULE['<{passerelle}prestashop>admin_order_documents_96b0141273eabab320119c467cdcaf17'] = 'Total TTC';
